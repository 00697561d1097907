// Run graphs in onnxruntime-web (WebAssembly) with the inputs of a request, and write their outputs.
//
// usage: node run_graphs.mjs REQUEST.json
// The request is a list of {graph, inputs: [{name, shape, file}], output: {name, file}}; files hold float32. Prints a
// list of {shape} or {error}, in order.
import { readFileSync, writeFileSync } from "node:fs";
import * as ort from "onnxruntime-web/wasm";

ort.env.wasm.numThreads = 1;

function read({ shape, file }) {
  const bytes = readFileSync(file);
  return new ort.Tensor("float32", new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4), shape);
}

async function run({ graph, inputs, output }) {
  const session = await ort.InferenceSession.create(readFileSync(graph), { executionProviders: ["wasm"] });
  const feeds = Object.fromEntries(inputs.map((input) => [input.name, read(input)]));
  const { data, dims } = (await session.run(feeds))[output.name];
  writeFileSync(output.file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  await session.release();
  return { shape: dims };
}

const results = [];
for (const one of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  results.push(await run(one).catch((error) => ({ error: String(error.message ?? error) })));
}
console.log(JSON.stringify(results));
