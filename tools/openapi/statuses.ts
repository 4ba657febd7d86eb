/** Owns comparing the statuses that the coverage table tells of with those the tests have seen. */
import type { CoverageRow } from "../coverage/row.ts";

/** An answer that is of an operation of Atlassian's documents. */
export interface Seen {
  /** As the documents write it. */
  readonly operation: string;
  readonly status: number;
}

/** A sentence an operation whose row and answers differ. Operations that the documents do not have are nobody's here. */
export function statusProblems(
  seen: readonly Seen[],
  rows: readonly Pick<CoverageRow, "operation" | "statuses">[],
  /** Whether statuses that nobody saw are problems too: not after a part of the tests. */
  isWholeRun: boolean,
): readonly string[] {
  const met = new Map<string, Set<number>>();
  for (const { operation, status } of seen) {
    const statuses = met.get(operation) ?? new Set();
    met.set(operation, statuses.add(status));
  }
  return rows.flatMap(({ operation, statuses }) => {
    const own = met.get(operation);
    if (own === undefined) return [];
    const untold = [...own].filter((status) => !statuses.includes(status));
    const unseen = isWholeRun ? statuses.filter((status) => !own.has(status)) : [];
    if (untold.length + unseen.length === 0) return [];
    const now = (isWholeRun ? [...own] : [...new Set([...statuses, ...own])]).toSorted((a, b) => a - b);
    return [
      `The row of ${operation} in tools/coverage should say [${now.join(", ")}], as the tests have seen.`,
    ];
  });
}
