// Reads samples of every form of a report as their consumers do: node run.mjs FOLDER
// SCHEMA SARIF-SCHEMA BROWSER. Fails where anything is found.
import { csv } from "./csv.mjs";
import { github } from "./github.mjs";
import { axe, html } from "./html.mjs";
import { json, sarif } from "./json.mjs";
import { markdown } from "./markdown.mjs";
import { Findings } from "./samples.mjs";

const [folder, schema, sarifSchema, browser] = process.argv.slice(2);
let failed = false;
for (const [name, read] of Object.entries({ "ajv, strict": json, "ajv, SARIF": sarif, "csv-parse": csv, "remark-gfm": markdown, "workflow commands": github, "html-validate": html, axe })) {
  const findings = new Findings();
  const start = Date.now();
  const files = await read({ folder, schema, sarifSchema, browser }, findings);
  console.log(`${name}: ${files} files, ${findings.list.length} findings, ${((Date.now() - start) / 1000).toFixed(1)} s`);
  for (const text of findings.list.slice(0, 20)) console.error("  " + text);
  failed ||= findings.list.length > 0 || files === 0;
}
process.exit(failed ? 1 : 0);
