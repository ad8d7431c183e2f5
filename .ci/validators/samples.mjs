// The samples that the readers read, by their form.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const samples = (folder, form) => {
  const names = readdirSync(folder).filter((name) => name.endsWith("." + form)).sort();
  if (names.length === 0) throw new Error(`${folder} has no sample of the form ${form}`);
  return names.map((name) => ({ name, path: join(folder, name), text: readFileSync(join(folder, name), "utf8") }));
};

// Findings are counted, and the first of them shown.
export class Findings {
  list = [];
  add(sample, text) {
    this.list.push(`${sample.name}: ${text}`);
  }
}
