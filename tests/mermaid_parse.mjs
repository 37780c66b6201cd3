// Reads a JSON array of Mermaid diagrams from standard input, and writes one of what Mermaid's own
// parser says of each: "" if it is fine. The first argument is the folder that has node_modules.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const folder = join(process.argv[2], "node_modules");
const require = createRequire(join(folder, "x.js"));
const { JSDOM } = require("jsdom");
const { window } = new JSDOM("");
Object.assign(globalThis, { window, document: window.document });
const entry = join(folder, "mermaid", "dist", "mermaid.core.mjs");
const mermaid = (await import(pathToFileURL(entry))).default;
mermaid.initialize({ maxTextSize: 100000000 });

const results = [];
for (const text of JSON.parse(readFileSync(0, "utf-8"))) {
  try {
    await mermaid.parse(text);
    results.push("");
  } catch (error) {
    results.push(String(error.message ?? error) || "refused");
  }
}
process.stdout.write(JSON.stringify(results));
