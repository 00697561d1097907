// GitHub's own workflow parser and expression evaluator behind a pipe: one JSON request and one JSON response a line.
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { createInterface } from "node:readline";

register("./json_modules.mjs", import.meta.url);
const { Evaluator, Lexer, Parser, data } = await import("@actions/expressions");
const { ContextAccess, IndexAccess, Literal } = await import("@actions/expressions/ast");
const { truthy } = await import("@actions/expressions/result");
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import("@actions/workflow-parser");
const { parseAction, convertActionTemplate } = await import("@actions/workflow-parser/actions/index");
const { ensureStatusFunction } = await import("@actions/workflow-parser/model/converter/if-condition");
const YAML = await import("yaml");

const CONTEXTS = ["github", "env", "vars", "job", "jobs", "steps", "runner", "secrets", "strategy", "matrix", "needs", "inputs"];
const STATUS = ["success", "failure", "cancelled", "always"];

// Returns the dotted name of an access such as `needs.plan.outputs.models`, or undefined for a computed one.
function path(node) {
  if (node instanceof ContextAccess) return node.name.lexeme;
  if (!(node instanceof IndexAccess && node.index instanceof Literal)) return undefined;
  const before = path(node.expr);
  return before && `${before}.${node.index.literal.coerceString()}`;
}

// GitHub silently replaces a missing value by an empty one. This class also records it.
class RecordingEvaluator extends Evaluator {
  missing = [];

  visitIndexAccess(node) {
    const value = super.visitIndexAccess(node);
    const container = node.expr.accept(this);
    const name = path(node);
    if (name && container.kind === data.Kind.Dictionary && container.get(node.index.literal.coerceString()) === undefined)
      this.missing.push(name);
    return value;
  }
}

const typed = (values) => JSON.parse(JSON.stringify(values), data.reviver);

function functions(status) {
  const values = { ...status, always: true };
  return new Map(
    STATUS.map((name) => [name, { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(values[name] ?? false) }]),
  );
}

function evaluate(text, { contexts, status, missing }) {
  const known = STATUS.map((name) => ({ name, minArgs: 0, maxArgs: 0 }));
  const tree = new Parser(new Lexer(text).lex().tokens, CONTEXTS, known).parse();
  const empty = Object.fromEntries(CONTEXTS.map((name) => [name, {}]));
  const evaluator = new RecordingEvaluator(tree, typed({ ...empty, ...contexts }), functions(status));
  const value = evaluator.evaluate();
  missing.push(...evaluator.missing);
  return value;
}

// Returns the index of the `}}` of an expression that begins at `start`; quoted text is skipped.
function end(text, start) {
  for (let at = start, quoted = false; at < text.length; at += 1) {
    if (text[at] === "'") quoted = !quoted;
    else if (!quoted && text.startsWith("}}", at)) return at;
  }
  throw new Error(`an expression is not closed: ${text}`);
}

// Splits a text into plain texts and expressions.
function parts(text) {
  const found = [];
  let at = 0;
  for (let open = text.indexOf("${{"); open >= 0; open = text.indexOf("${{", at)) {
    const close = end(text, open + 3);
    found.push({ text: text.slice(at, open) }, { expression: text.slice(open + 3, close).trim() });
    at = close + 2;
  }
  return [...found, { text: text.slice(at) }].filter((part) => part.expression !== undefined || part.text !== "");
}

// Evaluates all expressions in a value. A text that is one expression gets the type of its value, unless `texts` is set.
function fill(value, request) {
  if (Array.isArray(value)) return value.map((item) => fill(item, request));
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, request)]));
  if (typeof value !== "string") return request.texts ? typed(value).coerceString() : value;
  const found = parts(value);
  if (found.length === 1 && found[0].expression !== undefined && !request.texts)
    return plain(evaluate(found[0].expression, request));
  return found.map((part) => part.text ?? evaluate(part.expression, request).coerceString()).join("");
}

const plain = (value) => JSON.parse(JSON.stringify(value, data.replacer));

function condition(text, request) {
  const found = parts(text);
  if (found.length > 1) throw new Error(`a condition with text around its expression is always true: ${text}`);
  const bare = found.length === 1 && found[0].expression !== undefined ? found[0].expression : text.trim();
  const allowedContext = [...CONTEXTS, ...STATUS.map((name) => `${name}(0,0)`)];
  return truthy(evaluate(ensureStatusFunction(bare || "success()", { allowedContext }), request));
}

const errors = (context) => context.errors.getErrors().map((error) => error.message);

async function workflow({ name, content, root, elsewhere }) {
  const directory = (file) => (file.repository ? elsewhere[`${file.owner}/${file.repository}@${file.version}`] : root);
  const getFileContent = async (file) => ({ name: file.path, content: readFileSync(`${directory(file)}/${file.path}`, "utf8") });
  const parsed = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  if (parsed.value) await convertWorkflowTemplate(parsed.context, parsed.value, { getFileContent }, { fetchReusableWorkflowDepth: root ? 1 : 0 });
  return { errors: errors(parsed.context), document: YAML.parse(content) };
}

async function action({ name, content }) {
  const parsed = parseAction({ name, content }, new NoOperationTraceWriter());
  if (parsed.value) convertActionTemplate(parsed.context, parsed.value);
  return { errors: errors(parsed.context), document: YAML.parse(content) };
}

const OPERATIONS = {
  workflow,
  action,
  fill: (request) => ({ value: fill(request.value, request) }),
  condition: (request) => ({ value: condition(request.value, request) }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = { ...JSON.parse(line), missing: [] };
  let response;
  try {
    response = { ...(await OPERATIONS[request.operation](request)), missing: request.missing };
  } catch (error) {
    response = { failure: error.message };
  }
  process.stdout.write(`${JSON.stringify(response)}\n`);
}
