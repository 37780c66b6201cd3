// Reads a JSON array of texts from standard input, and writes what an independent parser says of
// each: `mermaid FOLDER`: "" or what is wrong with the diagram; `markdown FOLDER`: its tokens, as
// GitHub's Markdown has them. The folder is the one that has node_modules.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [kind, folder] = process.argv.slice(2);
const modules = join(folder, "node_modules");
const load = (...path) => import(pathToFileURL(join(modules, ...path)));

async function mermaidParser() {
  const { JSDOM } = createRequire(join(modules, "x.js"))("jsdom");
  const { window } = new JSDOM("");
  Object.assign(globalThis, { window, document: window.document });
  const { default: mermaid } = await load("mermaid", "dist", "mermaid.core.mjs");
  mermaid.initialize({ maxTextSize: 100000000 });
  return async (text) => {
    try {
      await mermaid.parse(text);
      return "";
    } catch (error) {
      return String(error.message ?? error) || "refused";
    }
  };
}

async function markdownParser() {
  const { lexer } = await load("marked", "lib", "marked.esm.js");
  return async (text) => lexer(text, { gfm: true });
}

const parse = await (kind === "mermaid" ? mermaidParser() : markdownParser());
const results = [];
for (const text of JSON.parse(readFileSync(0, "utf-8"))) results.push(await parse(text));
process.stdout.write(JSON.stringify(results));
