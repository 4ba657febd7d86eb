/** Every case of attacks on a vault has a test that bears its number: H1 to H16. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = new URL("../..", import.meta.url).pathname;

function* testFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* testFiles(path);
    else if (entry.name.endsWith(".test.ts")) yield path;
  }
}

test.each(Array.from({ length: 16 }, (_, index) => `H${index + 1}`))(
  "%s has a test of its number",
  (number) => {
    const title = new RegExp(
      `(test|describe)[^\\n]*\\(\\s*[\`"'][^\`"']*\\b${number}\\b|^\\s*[\`"'][^\`"'\\n]*\\b${number}\\b`,
      "m",
    );
    const named = [...testFiles(join(root, "src")), ...testFiles(join(root, "tests"))].filter(
      (path) => !path.endsWith("group-h.test.ts") && title.test(readFileSync(path, "utf8")),
    );
    expect(named).not.toEqual([]);
  },
);
