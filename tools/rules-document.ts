/** Owns the one table of rules as `docs/emulator.md` shows it: every switch of every product, from the code. */
import { switches } from "../src/emulator/core/rules.ts";
import type { Switch } from "../src/emulator/core/switches.ts";
import { dcSwitches } from "../src/emulator/data-center/rules.ts";

/** Where the table stands. */
export const rulesMarks = ["<!-- rules: written by `npm run docs` -->", "<!-- /rules -->"] as const;

export function rulesTable(): string {
  return [
    "| rule | of | default, and other choices | in 2025 | what it is about |",
    "| --- | --- | --- | --- | --- |",
    ...rowsOf("Cloud", switches),
    ...rowsOf("Data Center", dcSwitches),
  ].join("\n");
}

function rowsOf(product: string, table: Readonly<Record<string, Switch<unknown>>>): readonly string[] {
  return Object.entries(table).map(
    ([name, { today, in2025, choices, text }]) =>
      `| \`${name}\` | ${product} | ${(choices ?? [today]).map(written).join(", ")} | ${in2025 === undefined ? "" : written(in2025)} | ${text} |`,
  );
}

function written(value: unknown): string {
  return value === "" ? "empty" : `\`${value}\``;
}
