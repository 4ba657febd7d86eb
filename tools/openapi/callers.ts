/** Owns proving that the test a row of the coverage table names did call the row's operation. */
import type { CoverageRow } from "../coverage/row.ts";
import type { Area } from "../coverage/table.ts";
import type { Answer } from "./judge.ts";
import { type Operations, operationsOf } from "./operations.ts";

/** An answer, and every test file or program that got one like it. */
export interface Called {
  readonly answer: Pick<Answer, "origin" | "method" | "path">;
  /** As Atlassian's documents write it; null where they do not have it. */
  readonly operation: string | null;
  readonly froms: ReadonlySet<string>;
}

interface Rows {
  readonly app: Area["app"];
  readonly rows: readonly Pick<CoverageRow, "operation" | "statuses" | "test">[];
}

/**
 * A sentence a row whose test never called its operation, after a whole run.
 * Rows without statuses are of what is not recorded: `tests/emulator/coverage.test.ts` reads their tests instead.
 */
export function callerProblems(called: readonly Called[], areas: readonly Rows[]): readonly string[] {
  return (["cloudWebsite", "cloudApi", "dataCenter"] as const).flatMap((app) => {
    const rows = areas
      .filter((area) => area.app === app)
      .flatMap((area) => area.rows.filter(({ statuses }) => statuses.length > 0));
    const operations = rows.map(({ operation }) => operation);
    const callers = callersOf(
      called.filter(({ answer }) => appOf(answer) === app),
      operations,
    );
    return rows.flatMap(({ operation, test }) => problemOf(operation, test, callers.get(operation)));
  });
}

function appOf({ origin }: Called["answer"]): Area["app"] {
  if (origin === "web") return "cloudWebsite";
  return origin === "api" ? "cloudApi" : "dataCenter";
}

/** The files that called each operation: by the documents' name, and by the row whose own path fits best. */
function callersOf(
  called: readonly Called[],
  operations: readonly string[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Set(operations);
  const own = asPaths(operations);
  const callers = new Map<string, ReadonlySet<string>>();
  for (const { answer, operation, froms } of called) {
    for (const name of new Set([operation, nameIn(own, answer)])) {
      if (name === null || !known.has(name)) continue;
      callers.set(name, new Set([...(callers.get(name) ?? []), ...froms]));
    }
  }
  return callers;
}

function asPaths(operations: readonly string[]): Operations {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const [method = "", path = ""] = operation.split(" ");
    paths[path] = { ...paths[path], [method.toLowerCase()]: {} };
  }
  return operationsOf({ paths });
}

/** A Data Center may lie below a context path, and `1.0` is `latest` there. */
function nameIn(own: Operations, { method, path }: Called["answer"]): string | null {
  const latest = path.replace(/(\/rest\/[^/]+)\/1\.0\b/, "$1/latest");
  for (const way of [latest, latest.replace(/^\/[^/]+/, "")]) {
    const found = own.find(method, way);
    if (found?.operation !== undefined) return `${method} ${found.path}`;
  }
  return null;
}

function problemOf(
  operation: string,
  test: string,
  files: ReadonlySet<string> = new Set(),
): readonly string[] {
  if ([...files].some((file) => file.endsWith(`/${test}`))) return [];
  const others = [...files].map((file) => file.replace(/^.*?\/(?=(tests|src)\/)/, "")).toSorted();
  return [
    `The row of ${operation} in tools/coverage names ${test}, which never called it; who did: ${others.join(", ") || "nobody"}.`,
  ];
}
