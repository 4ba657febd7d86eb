/** Owns the coverage table as `docs/emulator.md` shows it. */
import { notEmulated } from "./not-emulated.ts";
import type { CoverageRow } from "./row.ts";
import type { Area } from "./table.ts";

/** Where the section stands. */
export const coverageMarks = ["<!-- coverage: written by `npm run docs` -->", "<!-- /coverage -->"] as const;

/** The tables of all areas that have rows, and what is not played. */
export function coverageSection(areas: readonly Area[]): string {
  const tables = areas
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, rows }) => `### ${title}\n\n${tableOf(rows)}`);
  return `\n${[...tables, notPlayed()].join("\n\n")}\n`;
}

function tableOf(rows: readonly CoverageRow[]): string {
  const lines = rows.map(
    ({ operation, statuses, source, grade, test }) =>
      `| \`${operation}\` | ${statuses.length === 0 ? "–" : statuses.join(", ")} | ${source} | ${grade} | \`${test}\` |`,
  );
  return `| operation | statuses | source | grade | test |\n| --- | --- | --- | --- | --- |\n${lines.join("\n")}`;
}

function notPlayed(): string {
  const products = Object.entries(notEmulated).map(
    ([product, parts]) => `${product}:\n\n${parts.map((part) => `- ${part}`).join("\n")}`,
  );
  return `### What is not emulated\n\n${products.join("\n\n")}`;
}
