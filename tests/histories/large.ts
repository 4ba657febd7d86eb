/** Owns a large plausible history of any length, the same every time, for benchmarks. */
import { type FileEdit, type PlannedCommit, writeHistory } from "../../src/emulator/demo/write-history.ts";

/** Small deterministic randomness (mulberry32): a benchmark must read the same history twice. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * sides);
  };
}

const authors = [
  "John Doe <user@example.com>",
  "Jane Roe <jane@example.com>",
  "Kim Noname <kim@example.com>",
  "Build Bot <bot@acme.example>",
] as const;
const folders = [
  "src/api",
  "src/billing",
  "src/cart",
  "src/mail",
  "src/search",
  "src/users",
  "docs",
  "test",
] as const;
const verbs = ["Handle", "Simplify", "Speed up", "Test", "Rename parts of", "Document", "Retry"] as const;

/** A source file of so many lines, of which `roll` decides the words. */
function source(roll: (sides: number) => number, lineCount: number): string[] {
  return Array.from({ length: lineCount }, (_, index) => `export const value${index} = ${roll(100_000)};`);
}

interface Tree {
  readonly files: Map<string, string[]>;
  made: number;
}

/** Mostly edits; sometimes a new file, a rename, a removal or a picture. */
function change(tree: Tree, roll: (sides: number) => number): FileEdit {
  const kind = roll(100);
  const names = [...tree.files.keys()];
  if (names.length < 60 || kind < 12) return newFile(tree, roll);
  const name = names[roll(names.length)] ?? "";
  const text = tree.files.get(name) ?? [];
  if (kind < 15) {
    tree.files.delete(name);
    const to = `${folders[roll(folders.length)]}/moved-${tree.made++}.ts`;
    tree.files.set(to, text);
    return { rename: name, to };
  }
  if (kind < 18 && names.length > 80) {
    tree.files.delete(name);
    return { remove: name };
  }
  if (kind < 20)
    return { write: "docs/diagram.png", content: Uint8Array.from({ length: 3000 }, () => roll(256)) };
  const at = roll(text.length);
  text.splice(at, roll(6), ...source(roll, 1 + roll(8)));
  return { write: name, content: `${text.join("\n")}\n` };
}

function newFile(tree: Tree, roll: (sides: number) => number): FileEdit {
  const name = `${folders[roll(folders.length)]}/part-${tree.made++}.ts`;
  const text = source(roll, 20 + roll(80));
  tree.files.set(name, text);
  return { write: name, content: `${text.join("\n")}\n` };
}

function* commits(count: number, now: Date): Iterable<PlannedCommit> {
  const roll = dice(count);
  const tree: Tree = { files: new Map(), made: 0 };
  for (let index = 0; index < count; index += 1) {
    // One commit in fifteen merges a branch of one commit that never touches what main does.
    const merges = index > 0 && index % 15 === 0;
    const date = new Date(now.getTime() - (count - index) * 600_000);
    const author = authors[roll(authors.length)] ?? authors[0];
    const side: FileEdit = { write: `side/${index}.txt`, content: `side ${index}\n` };
    if (merges)
      yield {
        id: `s${index}`,
        branch: `topic/${index}`,
        parents: [`m${index - 1}`],
        author,
        date,
        message: `Side ${index}\n`,
        edits: [side],
      };
    yield {
      id: `m${index}`,
      author,
      date,
      message: merges ? `Merge topic/${index}\n` : `${verbs[roll(verbs.length)]} part ${index}\n`,
      ...(merges ? { parents: [`m${index - 1}`, `s${index}`] } : {}),
      edits: merges ? [side] : Array.from({ length: 1 + roll(5) }, () => change(tree, roll)),
    };
  }
}

/** Writes so many commits on `main` (and one in fifteen beside it), ten minutes apart, the newest just before `now`. */
export function buildLargeHistory(
  folder: string,
  { commits: count, now }: { readonly commits: number; readonly now: Date },
): Promise<void> {
  return writeHistory(folder, { commits: commits(count, now) });
}
