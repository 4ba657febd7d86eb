/** Owns making a git repository with a given history in one go: one `git fast-import`. */
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GitFailure } from "../git/errors.ts";
import { pathInDiff, pathOfBytes, pathOfText } from "../git/path.ts";
import { gitEnvironment, harmlessArguments } from "../git/process/environment.ts";

/** Text stands for its UTF-8 bytes; bytes for themselves. */
export type Text = string | Uint8Array;

/** One change of a commit. */
export type FileEdit =
  | { readonly write: Text; readonly content: Text; readonly mode?: "100644" | "100755" | "120000" }
  | { readonly submodule: Text; readonly hash: string }
  | { readonly rename: Text; readonly to: Text }
  | { readonly remove: Text };

export interface PlannedCommit {
  /** For others to name it as their parent. */
  readonly id?: string;
  /** Default `main`. */
  readonly branch?: string;
  /** Ids of earlier commits; default: the branch's last commit. Empty: a first commit. */
  readonly parents?: readonly string[];
  /** `Name <e-mail>`. */
  readonly author: Text;
  /** Default: the author. */
  readonly committer?: Text;
  readonly date: Date;
  /** Default: the date. */
  readonly committedAt?: Date;
  readonly message: Text;
  readonly edits: readonly FileEdit[];
}

export interface PlannedTag {
  readonly name: string;
  /** Id of a commit. */
  readonly at: string;
  /** Makes it an annotated tag. */
  readonly annotation?: { readonly tagger: string; readonly date: Date; readonly message: string };
}

export interface History {
  /** Parents before children. May be a generator: nothing is kept. */
  readonly commits: Iterable<PlannedCommit>;
  readonly tags?: readonly PlannedTag[];
  /** Where branches stand in the end, for those that do not stand at their last commit. `at`: id of a commit. */
  readonly branches?: readonly { readonly name: string; readonly at: string }[];
  /** What HEAD points to. Default `main`. */
  readonly mainBranch?: string;
}

/**
 * Makes a bare repository in `folder`. The same history gives the same hashes.
 * Throws {@link GitFailure} when git is missing or refuses.
 */
export async function writeHistory(folder: string, history: History): Promise<void> {
  await layOut(folder, history.mainBranch ?? "main");
  // Without the limit a small history's pack is taken apart again, by a second process.
  const settings = ["-c", "core.compression=1", "-c", "fastimport.unpackLimit=1"];
  const stream = [...settings, "fast-import", "--quiet", "--force", "--date-format=raw"];
  await git(folder, stream, batches(instructions(history)));
}

/** What `git init --bare` makes, without starting it. @see gitrepository-layout(5) */
async function layOut(folder: string, mainBranch: string): Promise<void> {
  const folders = ["objects/info", "objects/pack", "refs/heads", "refs/tags"];
  for (const name of folders) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, "HEAD"), `ref: refs/heads/${mainBranch}\n`);
  await writeFile(
    join(folder, "config"),
    "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n",
  );
}

async function git(folder: string, command: readonly string[], input: Iterable<Buffer>): Promise<void> {
  const child = spawn("git", [...harmlessArguments(), ...command], {
    cwd: folder,
    env: gitEnvironment(),
    stdio: ["pipe", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString("utf8");
  });
  const exited = new Promise<number>((resolve, reject) => {
    child.once("error", (cause) =>
      reject(new GitFailure("git_missing", "git could not be started. Is it installed?", cause.message)),
    );
    child.once("close", (code) => resolve(code ?? -1));
  });
  // A git that has died reports by its exit code; the broken pipe says nothing more.
  const written = pipeline(Readable.from(input), child.stdin).catch(() => undefined);
  const [exitCode] = await Promise.all([exited, written]);
  if (exitCode !== 0) throw new GitFailure("failed", "git fast-import failed.", errors);
}

/** Few large writes instead of many small ones. */
function* batches(pieces: Iterable<Buffer>): Iterable<Buffer> {
  let batch: Buffer[] = [];
  let size = 0;
  for (const piece of pieces) {
    batch.push(piece);
    size += piece.length;
    if (size < 256 * 1024) continue;
    yield Buffer.concat(batch);
    batch = [];
    size = 0;
  }
  yield Buffer.concat(batch);
}

/** @see git-fast-import(1), "Input Format" */
function* instructions({ commits, tags = [], branches = [] }: History): Iterable<Buffer> {
  const marks = new Map<string, number>();
  const started = new Set<string>();
  let last = 0;
  for (const commit of commits) {
    last += 1;
    if (commit.id !== undefined) marks.set(commit.id, last);
    const branch = `refs/heads/${commit.branch ?? "main"}`;
    if (commit.parents?.length === 0 && started.has(branch)) yield line(`reset ${branch}\n`);
    started.add(branch);
    yield line(`commit ${branch}\nmark :${last}\n`);
    yield signature("author", commit.author, commit.date);
    yield signature("committer", commit.committer ?? commit.author, commit.committedAt ?? commit.date);
    yield data(commit.message);
    for (const [index, parent] of (commit.parents ?? []).entries()) {
      yield line(`${index === 0 ? "from" : "merge"} :${marks.get(parent)}\n`);
    }
    for (const edit of commit.edits) yield* editLines(edit);
    yield line("\n");
  }
  for (const { name, at } of branches) yield line(`reset refs/heads/${name}\nfrom :${marks.get(at)}\n\n`);
  for (const tag of tags) yield* tagLines(tag, marks);
}

function* tagLines(
  { name, at, annotation }: PlannedTag,
  marks: ReadonlyMap<string, number>,
): Iterable<Buffer> {
  if (annotation === undefined) return yield line(`reset refs/tags/${name}\nfrom :${marks.get(at)}\n\n`);
  yield line(`tag ${name}\nfrom :${marks.get(at)}\n`);
  yield signature("tagger", annotation.tagger, annotation.date);
  yield data(annotation.message);
}

function* editLines(edit: FileEdit): Iterable<Buffer> {
  if ("remove" in edit) yield line(`D ${quoted(edit.remove)}\n`);
  else if ("rename" in edit) yield line(`R ${quoted(edit.rename)} ${quoted(edit.to)}\n`);
  else if ("submodule" in edit) yield line(`M 160000 ${edit.hash} ${quoted(edit.submodule)}\n`);
  else {
    yield line(`M ${edit.mode ?? "100644"} inline ${quoted(edit.write)}\n`);
    yield data(edit.content);
  }
}

/** fast-import reads the quoting a diff uses; a blank would end an unquoted name. */
function quoted(path: Text): string {
  const bytes = typeof path === "string" ? pathOfText(path) : pathOfBytes(path);
  const escaped = pathInDiff(bytes);
  return escaped === bytes ? `"${bytes}"` : escaped;
}

function signature(role: string, person: Text, date: Date): Buffer {
  const seconds = Math.floor(date.getTime() / 1000);
  return Buffer.concat([line(`${role} `), line(person), line(` ${seconds} +0000\n`)]);
}

function data(content: Text): Buffer {
  const bytes = line(content);
  return Buffer.concat([line(`data ${bytes.length}\n`), bytes, line("\n")]);
}

function line(text: Text): Buffer {
  return Buffer.from(text);
}
