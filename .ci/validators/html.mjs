// HTML by html-validate, and in Chromium by axe: light and dark, folded and open.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { HtmlValidate } from "html-validate";
import puppeteer from "puppeteer-core";
import { samples } from "./samples.mjs";

export const html = async ({ folder }, findings) => {
  const list = samples(folder, "html");
  const validator = new HtmlValidate({
    extends: ["html-validate:recommended", "html-validate:document"],
    rules: {
      "doctype-style": ["error", { style: "lowercase" }],
      "no-trailing-whitespace": "off", // blanks of the template
      "long-title": "off", // names of roles are as long as they are
    },
  });
  for (const sample of list) {
    const report = await validator.validateString(sample.text, sample.name);
    for (const { messages } of report.results) {
      for (const m of messages) findings.add(sample, `${m.line}:${m.column} ${m.ruleId}: ${m.message}`);
    }
  }
  return list.length;
};

// The pages that axe looks at: all that are not hostile, and some that are.
const looked = (name) => !name.startsWith("hostile-") || /^hostile-\d*[05]\./.test(name);

export const axe = async ({ folder, browser: program }, findings) => {
  const list = samples(folder, "html").filter(({ name }) => looked(name));
  const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  const browser = await puppeteer.launch({ executablePath: program, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await browser.newPage();
    await page.setBypassCSP(true); // for axe alone
    for (const sample of list) {
      await page.goto(pathToFileURL(sample.path).href);
      await page.evaluate(source);
      for (const scheme of ["light", "dark"]) {
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
        if (scheme === "dark") await page.evaluate(() => [...document.querySelectorAll("summary")].slice(0, 60).forEach((s) => s.parentElement.open || s.click()));
        const result = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
        for (const v of result.violations) findings.add(sample, `${scheme}: ${v.id}: ${v.help}: ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 120)).join(" | ")}`);
      }
    }
  } finally {
    await browser.close();
  }
  return list.length;
};
