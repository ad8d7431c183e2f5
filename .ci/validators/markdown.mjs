// Markdown as GitHub reads it: tables keep their columns, and no name makes a link,
// a picture, a heading, a list or markup.
import { unified } from "unified";
import parse from "remark-parse";
import gfm from "remark-gfm";
import { visit } from "unist-util-visit";
import { samples } from "./samples.mjs";

// What the report itself writes.
const own = new Set(["root", "heading", "paragraph", "text", "strong", "emphasis", "blockquote", "list", "listItem", "table", "tableRow", "tableCell", "html", "code", "inlineCode", "break"]);
const tags = /^<\/?(code|details|summary|br|sub)>$|^<details open>$|^<!-- -->$/;

export const markdown = ({ folder }, findings) => {
  const list = samples(folder, "markdown");
  const reader = unified().use(parse).use(gfm);
  for (const sample of list) {
    const tree = reader.parse(sample.text);
    let rows = 0;
    visit(tree, (node) => {
      const at = ` in line ${node.position?.start.line}`;
      if (!own.has(node.type)) findings.add(sample, `a ${node.type}${at}`);
      if (node.type === "heading" && (node.depth < 2 || node.depth > 4)) findings.add(sample, `a heading of depth ${node.depth}${at}`);
      if (node.type === "html") {
        for (const tag of node.value.match(/<[^>]*>?/g) ?? []) {
          if (!tags.test(tag)) findings.add(sample, `the markup ${tag.slice(0, 60)}${at}`);
        }
      }
      if (node.type === "table") {
        const columns = node.children[0].children.length;
        for (const row of node.children) {
          rows++;
          if (row.children.length !== columns) findings.add(sample, `a row of ${row.children.length} cells under ${columns}${at}`);
        }
      }
    });
    // A table that a name broke is read as text: then fewer lines are rows. Each has
    // one more line, below its head.
    let code = false, lines = 0;
    for (const line of sample.text.split("\n")) {
      if (line.startsWith("```")) code = !code;
      if (!code && line.startsWith("|") && !/^\|(\s*:?-+:?\s*\|)+$/.test(line)) lines++;
    }
    if (rows !== lines) findings.add(sample, `${rows} rows of tables, and ${lines} lines`);
    if (/(^|[^\\&\w])@\w/.test(sample.text.replace(/```[\s\S]*?```/g, ""))) findings.add(sample, "somebody may be notified");
  }
  return list.length;
};
