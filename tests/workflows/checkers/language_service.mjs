// Prints the messages of GitHub's language service about the workflows and actions below a root, as JSON.
import { readdirSync, readFileSync } from "node:fs";
import { register } from "node:module";
import { join } from "node:path";
import { parse } from "yaml";

register("../executor/json_modules.mjs", import.meta.url);
const { validate } = await import("@actions/languageservice");
const { TextDocument } = await import("vscode-languageserver-textdocument");

const root = process.argv[2];
const github = join(root, ".github");
const lock = JSON.parse(readFileSync(join(github, "actions.lock.json"), "utf8")).actions;
const read = (path) => readFileSync(join(root, path), "utf8");

const inputsOf = ({ owner, name, path }) => {
  if (owner) return Object.fromEntries((lock[[owner, name, path].filter(Boolean).join("/")]?.inputs ?? []).map((input) => [input, {}]));
  return parse(read(join(path, "action.yml"))).inputs ?? {};
};
const config = {
  fileProvider: {
    getFileContent: async ({ path }) => ({ name: path, content: read(path) }),
  },
  actionsMetadataProvider: {
    fetchActionMetadata: async (action) => ({ name: action.name, description: "", inputs: inputsOf(action) }),
  },
};

const files = [
  ...readdirSync(join(github, "workflows")).map((name) => `.github/workflows/${name}`),
  ...readdirSync(join(github, "actions")).map((name) => `.github/actions/${name}/action.yml`),
];
const found = [];
for (const file of files) {
  const document = TextDocument.create(`file:///${file}`, "yaml", 0, read(file));
  for (const { message, range } of await validate(document, config)) found.push({ file, line: range.start.line + 1, message });
}
console.log(JSON.stringify(found));
