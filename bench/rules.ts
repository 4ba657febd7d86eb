/** Answers: how fast is it found out who somebody is and whether they may enter, with 10,000 entities, and who waits for a reload? */
import { measureCatalog } from "./rules/catalog.ts";
import { measureJudging } from "./rules/judging.ts";
import type { BenchTable } from "./table.ts";

export async function run(): Promise<BenchTable> {
  const parts = [await measureCatalog(), await measureJudging()];
  return {
    bench: "rules",
    rows: parts.flatMap(({ rows }) => rows),
    goals: parts.flatMap(({ goals }) => goals),
  };
}
