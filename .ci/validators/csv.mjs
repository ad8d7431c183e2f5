// CSV by a strict reader: every record has the columns of the head, ids are unique,
// and no value is a formula.
import { parse } from "csv-parse/sync";
import { samples } from "./samples.mjs";

export const csv = ({ folder }, findings) => {
  const list = samples(folder, "csv");
  for (const sample of list) {
    try {
      const rows = parse(sample.text, { columns: true, bom: true, relax_column_count: false, relax_quotes: false });
      const ids = new Set();
      for (const row of rows) {
        if (!row.id || ids.has(row.id)) findings.add(sample, `the id ${row.id} is empty or not unique`);
        ids.add(row.id);
        for (const [name, value] of Object.entries(row)) {
          if (/^[=+\-@\t\r\n]/.test(value)) findings.add(sample, `${name} is a formula: ${value.slice(0, 60)}`);
        }
      }
      if (sample.name.includes("-wide") !== sample.text.startsWith("\ufeff")) findings.add(sample, "the byte order mark");
    } catch (e) {
      findings.add(sample, e.message);
    }
  }
  return list.length;
};
