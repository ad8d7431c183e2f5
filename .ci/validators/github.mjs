// Annotations as the runner of GitHub Actions reads them: every line is one
// command, and nothing in it ends one or begins another.
import { samples } from "./samples.mjs";

const command = /^::(error|warning) (?:file=[^:,\r\n]+,(?:line=[1-9]\d*,)?(?:col=[1-9]\d*,)?)?title=[^:,\r\n]+::[^\r\n]+$/;

export const github = ({ folder }, findings) => {
  const list = samples(folder, "github");
  for (const sample of list) {
    const lines = sample.text.split("\n");
    if (lines.pop() !== "") findings.add(sample, "the last line does not end");
    for (const line of lines) {
      if (!command.test(line)) findings.add(sample, `no command: ${line.slice(0, 120)}`);
    }
    for (const level of ["error", "warning"]) {
      if (lines.filter((line) => line.startsWith(`::${level} `)).length > 10) findings.add(sample, `more than ten of ${level}`);
    }
  }
  return list.length;
};
