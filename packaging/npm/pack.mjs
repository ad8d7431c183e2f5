// Makes the npm packages of a release: one for each platform, with its program,
// and the main one, which has them as optional dependencies, so that npm installs
// only that of the machine.
//
//   node pack.mjs --name NAME --version X.Y.Z --out FOLDER [--repository URL] PLATFORM=PROGRAM …
//
// PLATFORM is Go's, as in linux/amd64. The tarballs are written to FOLDER.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../..");
const systems = { linux: "linux", darwin: "darwin", windows: "win32" };
const processors = { amd64: "x64", arm64: "arm64" };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { name: { type: "string" }, version: { type: "string" }, out: { type: "string" }, repository: { type: "string" } },
});
for (const option of ["name", "version", "out"]) {
  if (!values[option]) throw new Error(`--${option} is missing`);
}
if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(values.version)) throw new Error(`${values.version} is no version`);
if (positionals.length === 0) throw new Error("no programs");

const common = {
  version: values.version,
  license: "MIT",
  ...(values.repository && { repository: { type: "git", url: `git+${values.repository}.git` }, homepage: values.repository }),
};

// parse reads PLATFORM=PROGRAM.
function parse(text) {
  const [, goos, goarch, program] = /^([^/=]+)\/([^=]+)=(.+)$/.exec(text) ?? [];
  if (!systems[goos] || !processors[goarch]) throw new Error(`${text} is no PLATFORM=PROGRAM`);
  return { os: systems[goos], cpu: processors[goarch], program };
}

// pack makes the tarball of a package from its description and files: [from, to, mode].
function pack(description, files) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "npm-"));
  try {
    fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ ...description, ...common }, null, 2) + "\n");
    for (const [from, to, mode] of [...files, [path.join(root, "LICENSE"), "LICENSE", 0o644], [path.join(root, "NOTICE"), "NOTICE", 0o644]]) {
      const target = path.join(folder, to);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.copyFileSync(from, target);
      fs.chmodSync(target, mode);
    }
    execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", path.resolve(values.out), folder], {
      stdio: ["ignore", "inherit", "inherit"],
      shell: process.platform === "win32",
    });
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

fs.mkdirSync(values.out, { recursive: true });
const optional = {};
for (const { os: system, cpu, program } of positionals.map(parse)) {
  const name = `${values.name}-${system}-${cpu}`;
  optional[name] = values.version;
  const file = system === "win32" ? "bin/remotion-doctor.exe" : "bin/remotion-doctor";
  pack(
    { name, description: `The program of ${values.name} for ${system} on ${cpu}`, os: [system], cpu: [cpu], preferUnplugged: true, files: ["bin", "NOTICE"] },
    [[program, file, 0o755]],
  );
}
pack(
  {
    name: values.name,
    description: "Finds out which IAM grants of Remotion Lambda a role lacks, why, and prints the policy that grants them",
    keywords: ["remotion", "aws", "iam", "lambda"],
    bin: { "remotion-doctor": "cli.js" },
    engines: { node: ">=16" },
    files: ["cli.js", "NOTICE"],
    optionalDependencies: optional,
  },
  [
    [path.join(here, "cli.js"), "cli.js", 0o755],
    [path.join(here, "README.md"), "README.md", 0o644],
  ],
);
