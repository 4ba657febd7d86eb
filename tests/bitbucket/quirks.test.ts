/** Every quirk in `docs/quirks.md` names the test that shows it; this holds the two together. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const rows = readFileSync(join(root, "docs/quirks.md"), "utf8")
  .split("\n")
  .filter(
    (line) => line.startsWith("| ") && !line.startsWith("| What Bitbucket does") && !line.startsWith("| ---"),
  )
  .map((line) => line.split(" | ").at(-1) ?? "");

test("there are quirks to be held", () => {
  expect(rows.length).toBeGreaterThan(20);
});

test.each(rows)("%s", (cell) => {
  const [, file = "", title = ""] = /^`([^`]+)`: (.+) \|$/.exec(cell) ?? [];
  expect(readFileSync(join(root, file), "utf8")).toContain(`"${title}"`);
});
