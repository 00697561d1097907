// Bundles the scripts into built/, with the files of ONNX Runtime that the darkroom loads from there.
import { build } from "esbuild";
import { copyFile, readFile, readdir, rm, writeFile } from "node:fs/promises";
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

// One file of the engine serves with and without threads. It is packed here: a host may not compress it.
const engine = "node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded";
await writeFile("built/ort-wasm-simd-threaded.wasm.gz", gzipSync(await readFile(`${engine}.wasm`), { level: 9 }));
await copyFile(`${engine}.mjs`, "built/ort-wasm-simd-threaded.mjs");
