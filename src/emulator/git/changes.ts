/** Owns which files differ between two trees and by how many lines, through one long-lived `git diff-tree`. */
import { randomUUID } from "node:crypto";
import { boundedCache } from "../core/bounded-cache.ts";
import { type PathBytes, pathOfBytes } from "./path.ts";
import { type Conversation, converse } from "./process/conversation.ts";
import type { Location } from "./process/environment.ts";
import { gitOutput } from "./process/run.ts";

/** One side of a file that differs: its mode (`100755`, `160000` for a submodule) and its content's hash, zeros for none. */
export interface ChangeSide {
  readonly mode: string;
  readonly hash: string;
}

/** One file that differs, as git sees it with rename detection at its default of 50 %. */
export interface Change {
  /** `copied` only where copies were asked for. */
  readonly status: "added" | "removed" | "modified" | "renamed" | "copied";
  /** Null for an added file. */
  readonly oldPath: PathBytes | null;
  /** Null for a removed file. */
  readonly newPath: PathBytes | null;
  /** Null for a binary file: git counts no lines there. */
  readonly linesAdded: number | null;
  readonly linesRemoved: number | null;
  readonly old: ChangeSide;
  readonly new: ChangeSide;
  /** Of a renamed or copied file, in per cent; null for others. */
  readonly similarity: number | null;
}

export interface ChangeOptions {
  /** Only changes below these paths; empty: all. */
  readonly paths?: readonly string[];
  readonly ignoreWhitespace?: boolean;
  readonly withoutRenames?: boolean;
  /** Looks for copies of files that changed too. */
  readonly withCopies?: boolean;
}

/** Compares trees by their hashes. */
export interface Changes {
  /** In git's order. Options beyond the plain comparison start a git of their own. */
  between(oldTree: string, newTree: string, options?: ChangeOptions): Promise<readonly Change[]>;
  close(): Promise<void>;
}

/** The tree without entries; git knows it in every repository. */
export const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** So many changes are remembered over all pairs of trees, at about 200 bytes each. */
const rememberedChanges = 100_000;

const format = ["-r", "--raw", "--numstat", "-z", "--no-abbrev", "--no-ext-diff", "--no-textconv"] as const;

/** Opens the comparison; git starts with the first question. */
export function openChanges(location: Location): Changes {
  const plain: Conversation = converse(location, ["diff-tree", "--stdin", "-M", ...format]);
  const copies: Conversation = converse(location, ["diff-tree", "--stdin", "-C", ...format]);
  const cache = boundedCache<readonly Change[]>(rememberedChanges, (changes) => changes.length + 1);
  // git echoes a line it cannot read and flushes: that marks the end of an answer. No file can foresee the name.
  const mark = `end-${randomUUID()}\n`;

  return {
    async between(oldTree, newTree, options = {}) {
      if (isSpecial(options)) return parseChanges(await compareOnce(location, [oldTree, newTree], options));
      const pair = `${oldTree} ${newTree}`;
      const withCopies = options.withCopies === true;
      const key = withCopies ? `${pair} -C` : pair;
      const known = cache.get(key);
      if (known !== undefined) return known;
      const changes = await (withCopies ? copies : plain).ask(`${pair}\n${mark}`, answerUntil(mark));
      cache.set(key, changes);
      return changes;
    },
    async close() {
      await Promise.all([plain.close(), copies.close()]);
    },
  };
}

function isSpecial({ paths = [], ignoreWhitespace, withoutRenames }: ChangeOptions): boolean {
  return paths.length > 0 || ignoreWhitespace === true || withoutRenames === true;
}

function compareOnce(location: Location, trees: readonly string[], options: ChangeOptions): Promise<Buffer> {
  const command = ["diff-tree", ...format, ...comparison(options), "--end-of-options", ...trees];
  return gitOutput(location, [...command, "--", ...(options.paths ?? [])]);
}

/** The arguments of `diff-tree` for the options, without the paths. */
export function comparison({
  ignoreWhitespace,
  withoutRenames,
  withCopies,
}: ChangeOptions): readonly string[] {
  return [
    withoutRenames === true ? "--no-renames" : withCopies === true ? "-C" : "-M",
    ...(ignoreWhitespace === true ? ["--ignore-all-space"] : []),
  ];
}

/** Reads `OLD NEW\n`, the records, and the mark. Remembers how far it has searched: large answers come in many chunks. */
function answerUntil(mark: string) {
  let searched = 0;
  return (bytes: Buffer) => {
    const end = bytes.indexOf(mark, searched, "latin1");
    if (end === -1) {
      searched = Math.max(0, bytes.length - mark.length);
      return null;
    }
    const start = bytes.indexOf("\n") + 1;
    return { value: parseChanges(bytes.subarray(start, end)), length: end + mark.length };
  };
}

interface Counts {
  readonly added: number | null;
  readonly removed: number | null;
}

/** Raw records (status and paths) come first, then the counts in the same order. */
function parseChanges(bytes: Buffer): readonly Change[] {
  const fields = splitAtNul(bytes);
  const raw: Omit<Change, "linesAdded" | "linesRemoved">[] = [];
  const counts = new Map<string, Counts>();
  for (let at = 0; at < fields.length; ) {
    const field = fields[at] ?? "";
    if (field.startsWith(":")) {
      const record = parseRaw(field, fields[at + 1], fields[at + 2]);
      raw.push(record.change);
      at += record.length;
    } else {
      at += parseCounts(fields, at, counts);
    }
  }
  return raw.flatMap((change) => {
    // Git leaves out the counts of a file in which only ignored whitespace differs: then nothing changed.
    const lines = counts.get(change.newPath ?? change.oldPath ?? "");
    return lines === undefined ? [] : [{ ...change, linesAdded: lines.added, linesRemoved: lines.removed }];
  });
}

function splitAtNul(bytes: Buffer): readonly PathBytes[] {
  const fields: PathBytes[] = [];
  for (let at = 0; at < bytes.length; ) {
    const nul = bytes.indexOf(0, at);
    const end = nul === -1 ? bytes.length : nul;
    fields.push(pathOfBytes(bytes.subarray(at, end)));
    at = end + 1;
  }
  return fields;
}

/** `:OLDMODE NEWMODE OLDHASH NEWHASH STATUS`, then one path, or two for a rename or copy. */
function parseRaw(record: string, first: PathBytes | undefined, second: PathBytes | undefined) {
  const [oldMode = "", newMode = "", oldHash = "", newHash = "", status = ""] = record.slice(1).split(" ");
  const [path, newName] = [first ?? null, second ?? null];
  const sides = { old: { mode: oldMode, hash: oldHash }, new: { mode: newMode, hash: newHash } };
  const common = { ...sides, similarity: null };
  switch (status[0]) {
    case "A":
      return { change: { status: "added", oldPath: null, newPath: path, ...common } as const, length: 2 };
    case "D":
      return { change: { status: "removed", oldPath: path, newPath: null, ...common } as const, length: 2 };
    case "R":
    case "C": {
      const kind = status[0] === "R" ? ("renamed" as const) : ("copied" as const);
      const similarity = Number(status.slice(1));
      return { change: { status: kind, oldPath: path, newPath: newName, ...sides, similarity }, length: 3 };
    }
    default:
      // M, and T for a change of kind, such as a link that became a file: git counts it as one change.
      return { change: { status: "modified", oldPath: path, newPath: path, ...common } as const, length: 2 };
  }
}

/** `added TAB removed TAB path`, or with an empty path and then old and new one. Returns how many fields it took. */
function parseCounts(fields: readonly PathBytes[], at: number, counts: Map<string, Counts>): number {
  const field = fields[at] ?? "";
  const firstTab = field.indexOf("\t");
  const secondTab = field.indexOf("\t", firstTab + 1);
  const path = field.slice(secondTab + 1);
  const amount = (text: string) => (text === "-" ? null : Number(text));
  const lines = {
    added: amount(field.slice(0, firstTab)),
    removed: amount(field.slice(firstTab + 1, secondTab)),
  };
  counts.set(path === "" ? (fields[at + 2] ?? "") : path, lines);
  return path === "" ? 3 : 1;
}
