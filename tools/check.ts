/** Owns the checks beside the tests: types, lint, rooms, unused code; one line each, and what went wrong in full. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** In the order they are worth reading: what does not compile need not be linted. */
const checks: readonly { readonly name: string; readonly command: readonly [string, ...string[]] }[] = [
  { name: "types", command: ["tsc", "-p", "."] },
  { name: "lint", command: ["biome", "check", "--error-on-warnings"] },
  { name: "rooms", command: ["node", "tools/house.ts"] },
  { name: "unused", command: ["knip"] },
];

const root = fileURLToPath(new URL("../", import.meta.url));
let failed = 0;
for (const { name, command } of checks) {
  const [program, ...args] = command;
  const startedAt = performance.now();
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: root, encoding: "utf8" });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${status === 0 ? "passed" : "FAILED"}  ${name.padEnd(8)} ${command.join(" ")} (${seconds} s)`);
  if (status === 0) continue;
  failed += 1;
  console.log(error?.message ?? `${stdout}${stderr}`.trim());
}
console.log(`\n${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
