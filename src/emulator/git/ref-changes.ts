/** Owns telling which branches and tags moved, from what they were before and after. */
import { isAncestor } from "./log.ts";
import type { Location } from "./process/environment.ts";
import { gitOutput } from "./process/run.ts";

/** One branch or tag that was made, moved or deleted. Hashes have 40 hex digits. */
export interface RefChange {
  readonly kind: "branch" | "tag";
  /** Without `refs/heads/` or `refs/tags/`. */
  readonly name: string;
  /** What it pointed at, for an annotated tag the tag object; null: it is new. */
  readonly old: string | null;
  /** Null: it is gone. */
  readonly new: string | null;
  /** The old commit is no ancestor of the new one. */
  readonly forced: boolean;
}

/** Full name → hash of what it points at. */
export type Refs = ReadonlyMap<string, string>;

export async function refsOf(location: Location): Promise<Refs> {
  const listing = await gitOutput(location, [
    "for-each-ref",
    "--format=%(objectname) %(refname)",
    "refs/heads",
    "refs/tags",
  ]);
  const lines = listing.toString("utf8").split("\n").filter(Boolean);
  return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
}

/** In byte order of full names, branches before tags, as git lists them. */
export async function refChanges(
  location: Location,
  before: Refs,
  after: Refs,
): Promise<readonly RefChange[]> {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const moved = names.filter((name) => before.get(name) !== after.get(name));
  return Promise.all(
    moved.map(async (fullName) => {
      const [old, now] = [before.get(fullName) ?? null, after.get(fullName) ?? null];
      return {
        kind: fullName.startsWith("refs/heads/") ? ("branch" as const) : ("tag" as const),
        name: fullName.replace(/^refs\/(heads|tags)\//, ""),
        old,
        new: now,
        forced: old !== null && now !== null && !(await isAncestor(location, old, now)),
      };
    }),
  );
}
