#!/usr/bin/env node
// Starts the program of this platform, which is in a package of its own.
"use strict";
const { spawn } = require("node:child_process");
const os = require("node:os");
const { name, optionalDependencies } = require("./package.json");

// musl and glibc need no difference: the programs are linked statically.
const platform = `${name}-${process.platform}-${process.arch}`;

function program() {
  if (process.env.REMOTION_DOCTOR_BINARY) return process.env.REMOTION_DOCTOR_BINARY;
  if (!(platform in optionalDependencies)) {
    fail(`there is no program for ${process.platform} on ${process.arch}; build it from the sources with Go`);
  }
  const file = process.platform === "win32" ? "remotion-doctor.exe" : "remotion-doctor";
  try {
    return require.resolve(`${platform}/bin/${file}`);
  } catch {
    fail(
      `the package ${platform} is not installed. Optional dependencies were left out (--omit=optional, --no-optional), ` +
        "or node_modules comes from another platform: install again here, without these flags",
    );
  }
}

// fail ends with 3, the exit code of a check that could not be completed.
function fail(message) {
  console.error(`remotion-doctor: ${message}`);
  process.exit(3);
}

const child = spawn(program(), process.argv.slice(2), { stdio: "inherit", windowsHide: true });
child.on("error", (err) => fail(`cannot be started: ${err.message}`));
// A signal to the group reaches both; one to this process alone is passed on.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (child.exitCode === null && child.signalCode === null && signal !== "SIGINT") child.kill(signal);
  });
}
child.on("exit", (code, signal) => {
  process.exit(signal ? 128 + (os.constants.signals[signal] || 0) : code);
});
