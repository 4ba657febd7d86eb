/** Owns what the coverage table says of an operation, and how a row names the routes it stands for. */

/**
 * How well a fact is known. `documented`: a page or document of Atlassian says so; `seen`: a captured answer or the source of a client
 * that runs against the real one; `told`: somebody's report; `unconfirmed`: a switch of the rules says which way; `ours`: no part of Bitbucket.
 */
export type Grade = "documented" | "seen" | "told" | "unconfirmed" | "ours";

/** Operations that have their source, its grade and the test that proves them in common. */
export interface Proven {
  /** Of the facts. */
  readonly source: string;
  readonly grade: Grade;
  /** From the project's root; it calls the operation, which `tools/answers.ts` proves after a whole run. */
  readonly test: string;
  /** Words of the test's title, or its number among the points: `C26`, `D35`. */
  readonly point?: string;
  /**
   * `METHOD /path` as Atlassian's document writes it (Cloud with `/2.0`, Data Center with `/rest`, `latest` for `1.0` too) to the
   * statuses that the tests have seen, faults on command apart. None: what goes through control is not recorded.
   */
  readonly operations: Readonly<Record<string, readonly number[]>>;
}

/** A row of the table. */
export interface CoverageRow extends Omit<Proven, "operations"> {
  readonly operation: string;
  readonly statuses: readonly number[];
}

/** One row an operation, in the order of the data. */
export function rowsOf(proven: readonly Proven[]): readonly CoverageRow[] {
  return proven.flatMap(({ operations, ...rest }) =>
    Object.entries(operations).map(([operation, statuses]) => ({ ...rest, operation, statuses })),
  );
}

/** A segment of a path: itself, `{}` for a parameter, `*` for any number of parameters, `**` for whatever follows. */
type Segment = string;

/** `GET /a/:b/*` and `GET /a/{b}/{c}` as method and segments. A `version` of `latest` and `1.0` is `latest`. */
function segmentsOf(operation: string): readonly Segment[] {
  const [method = "", path = ""] = operation.split(" ");
  const plain = path
    .replace(/:\w+\{\.[+*]\}/g, "**")
    .replace(/(:\w+)(\{(?:\[[^\]]*\]|[^}[])*\})?/g, (_match, name: string) => name);
  return [method, ...plain.split("/").filter(Boolean).map(readSegment)];
}

function readSegment(segment: string): Segment {
  if (segment === "1.0" || segment === ":version") return "latest";
  return /^[:{]/.test(segment) ? "{}" : segment;
}

/** Whether a route of Hono is what answers an operation. `ALL` answers every method where it takes whatever follows. */
export function answers(route: string, operation: string): boolean {
  const [[method, ...asked], [wanted, ...given]] = [segmentsOf(route), segmentsOf(operation)];
  const rest = asked.at(-1);
  if (method !== wanted && !(method === "ALL" && rest === "**")) return false;
  const fixed = rest === "*" || rest === "**" ? asked.slice(0, -1) : asked;
  if (!fixed.every((segment, index) => segment === given[index])) return false;
  const more = given.slice(fixed.length);
  return rest === "**" || (more.every((segment) => segment === "{}") && (rest === "*" || more.length === 0));
}

/** Whether a route stands in front of others, or answers what is left over. */
export function isGate(route: string): boolean {
  return route.startsWith("ALL ") && segmentsOf(route).at(-1) !== "**";
}
