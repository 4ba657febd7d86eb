import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

/** Runs `.ci/run` where `npm test` and `npm run check` say and end as told. */
function runCi(said: { test: string; testCode?: number; check: string; checkCode?: number }) {
  const folder = mkdtempSync(join(tmpdir(), "windlass-ci-"));
  try {
    mkdirSync(join(folder, ".ci"));
    cpSync(join(import.meta.dirname, "../../.ci/run"), join(folder, ".ci/run"));
    const npm = `#!/bin/sh
      if [ "$1" = test ]; then echo '${said.test}'; exit ${said.testCode ?? 0}; fi
      echo '${said.check}'; exit ${said.checkCode ?? 0}\n`;
    writeFileSync(join(folder, "npm"), npm);
    chmodSync(join(folder, "npm"), 0o755);
    const { status, stdout } = spawnSync(join(folder, ".ci/run"), {
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
      encoding: "utf8",
    });
    return [stdout.trim().split("\n").at(-1), status];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const checks = "4 passed, 0 failed";

test.each([
  ["adds what passed", { test: "10 passed, 0 failed", check: checks }, "14 passed, 0 failed", 0],
  [
    "adds what failed",
    { test: "9 passed, 1 failed", testCode: 1, check: "3 passed, 1 failed", checkCode: 1 },
    "12 passed, 2 failed",
    1,
  ],
  [
    "takes a skipped test for a failed one",
    { test: "10 passed, 0 failed, 2 skipped", check: checks },
    "14 passed, 2 failed",
    1,
  ],
  [
    "takes a run that died for a failed one",
    { test: "out of memory", testCode: 137, check: checks },
    "4 passed, 1 failed",
    1,
  ],
  [
    "believes the exit code before the numbers",
    { test: "10 passed, 0 failed", testCode: 1, check: checks },
    "14 passed, 1 failed",
    1,
  ],
  ["takes silence for a failure", { test: "", check: "" }, "0 passed, 2 failed", 1],
])("the closing line of .ci/run %s", (_what, said, line, code) => {
  expect(runCi(said)).toEqual([line, code]);
});
