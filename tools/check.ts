/** Owns the checks beside the tests: types, lint, rooms, unused code, the emulator's answers; one line each, and what went wrong in full. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** In the order they are worth reading: what does not compile need not be linted. */
const checks: readonly { readonly name: string; readonly command: readonly [string, ...string[]] }[] = [
  { name: "types", command: ["tsc", "-p", "."] },
  { name: "lint", command: ["biome", "check", "--error-on-warnings"] },
  { name: "rooms", command: ["node", "tools/house.ts"] },
  { name: "unused", command: ["knip"] },
  { name: "answers", command: ["node", "tools/answers.ts"] },
];

/** The exit code of a check that had nothing to check: it counts neither as passed nor as failed. */
const notChecked = 77;

const root = fileURLToPath(new URL("../", import.meta.url));
let [passed, failed] = [0, 0];
for (const { name, command } of checks) {
  const [program, ...args] = command;
  const startedAt = performance.now();
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: root, encoding: "utf8" });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const outcome = status === 0 ? "passed" : status === notChecked ? "not run" : "FAILED";
  console.log(`${outcome.padEnd(7)} ${name.padEnd(8)} ${command.join(" ")} (${seconds} s)`);
  if (outcome === "passed") passed += 1;
  if (outcome === "FAILED") failed += 1;
  if (outcome !== "passed" || name === "answers") console.log(error?.message ?? `${stdout}${stderr}`.trim());
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
