// JSON and SARIF against their schemas, by ajv; the report's own in strict mode.
import { readFileSync } from "node:fs";
import Ajv04 from "ajv-draft-04";
import Ajv2020 from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { samples } from "./samples.mjs";

const validate = (ajv, schema, list, findings) => {
  formats(ajv);
  const valid = ajv.compile(JSON.parse(readFileSync(schema, "utf8")));
  for (const sample of list) {
    if (!valid(JSON.parse(sample.text))) findings.add(sample, ajv.errorsText(valid.errors).slice(0, 500));
  }
  return list.length;
};

export const json = ({ folder, schema }, findings) =>
  validate(new Ajv2020({ strict: true, strictTypes: true, strictTuples: true, strictRequired: true, allErrors: true }), schema, samples(folder, "json"), findings);

// OASIS's schema is not written for ajv's strict mode.
export const sarif = ({ folder, sarifSchema }, findings) =>
  validate(new Ajv04({ strict: false }), sarifSchema, samples(folder, "sarif"), findings);
