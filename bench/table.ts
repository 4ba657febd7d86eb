/** Owns what a benchmark answers, and how it is shown. */
import { arch, cpus, platform, totalmem } from "node:os";

/** One measured number. Rows of one unit belong together: the first of them is what the others are compared with. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  /** Such as `ms`, `MB`, `commits/s`. */
  readonly unit: string;
}

export interface BenchGoal {
  /** With its bound: `idle memory ≤ 120 MB`. */
  readonly goal: string;
  readonly value: number;
  readonly met: boolean;
}

/** What is no number. */
export interface TextTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What `run()` of each file in `bench/` returns. */
export interface BenchTable {
  readonly bench: string;
  readonly rows: readonly BenchRow[];
  readonly goals: readonly BenchGoal[];
  readonly tables?: readonly TextTable[];
}

export interface Machine {
  readonly node: string;
  readonly system: string;
  readonly processors: number;
  readonly processor: string;
  readonly memoryGib: number;
}

/** Where it was measured: numbers of two machines cannot be compared. */
export function describeMachine(): Machine {
  const [first] = cpus();
  return {
    node: process.version,
    system: `${platform()} ${arch()}`,
    processors: cpus().length,
    processor: first?.model.trim() ?? "unknown",
    memoryGib: Math.round(totalmem() / 2 ** 30),
  };
}

/** The table for people, in Markdown: each row beside the first of its unit, then the goals. */
export function showTable(table: BenchTable, machine: Machine): string {
  const firstOf = new Map(table.rows.toReversed().map(({ unit, value }) => [unit, value]));
  const rows = table.rows.map(({ name, value, unit }) => {
    const first = firstOf.get(unit) ?? 0;
    return [name, `${round(value)}`, unit, first === 0 ? "" : `${(value / first).toFixed(2)} ×`];
  });
  const goals = table.goals.map(({ goal, value, met }) => [goal, `${round(value)}`, met ? "met" : "MISSED"]);
  return [
    `## ${table.bench}`,
    `${machine.processor}, ${machine.processors} processors, ${machine.memoryGib} GiB, ${machine.system}, Node ${machine.node}`,
    ...(rows.length > 0 ? [markdown(["what", "value", "unit", "to the first"], rows)] : []),
    ...(table.tables ?? []).map((each) => markdown(each.head, each.rows)),
    ...(goals.length > 0 ? [markdown(["goal", "value", ""], goals)] : []),
  ].join("\n\n");
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(3, ...lines.map((line) => line[column]?.length ?? 0)));
  const show = (line: readonly string[]) =>
    `| ${widths.map((width, i) => (line[i] ?? "").padEnd(width)).join(" | ")} |`;
  return [show(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(show)].join(
    "\n",
  );
}

/** Three figures are more than a benchmark knows; whole numbers stay as they are. */
function round(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(3));
}
