// Bundles the scripts into built/, with the files of ONNX Runtime that the darkroom loads from there.
import { build } from "esbuild";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const entries = (await readdir("scripts")).filter((name) => name.endsWith(".ts")).map((name) => `scripts/${name}`);
await rm("built", { recursive: true, force: true });
await build({
  entryPoints: entries,
  outdir: "built",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "linked",
  chunkNames: "part-[hash]",
});
