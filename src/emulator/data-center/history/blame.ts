/** Owns who wrote each line of a file, as git blame has it. */
import { isText, type PathBytes, pathText } from "../../git/path.ts";
import type { Location } from "../../git/process/environment.ts";
import { gitOutput, runGit } from "../../git/process/run.ts";
import { displayId, writer } from "./commits.ts";
import type { Opened } from "./opened.ts";
import { named } from "./read-diff.ts";

/** Neighbouring lines that came with one commit. Lines count from 1. */
interface Span {
  readonly hash: string;
  /** The file's name in that commit. */
  readonly path: PathBytes;
  readonly line: number;
  readonly lines: number;
}

/** Lines of a file in a commit: from `start` on, counted from 0. */
export interface Blamed {
  readonly commitHash: string;
  readonly path: PathBytes;
  readonly start: number;
  readonly count: number;
}

/** The spans of some lines as `browse` shows them, in order. A file without lines has none. */
export async function blameObjects(opened: Opened, what: Blamed): Promise<readonly object[]> {
  const spans = joined(await spansOf(opened, what));
  return Promise.all(spans.map((span) => spanObject(opened, span)));
}

async function spanObject({ git, context }: Opened, { hash, path, line, lines }: Span): Promise<object> {
  const commit = await git.commit(hash);
  const people =
    commit === null
      ? {}
      : {
          author: writer(context, commit.author, null),
          authorTimestamp: commit.author.date.getTime(),
          committer: writer(context, commit.committer, null),
          committerTimestamp: commit.committer.date.getTime(),
        };
  return {
    ...people,
    commitHash: hash,
    displayCommitHash: displayId(hash),
    commitId: hash,
    commitDisplayId: displayId(hash),
    fileName: pathText(path),
    lineNumber: line,
    spannedLines: lines,
  };
}

/** A name that is no text cannot be handed to git blame: nothing is known of such a file. */
async function spansOf(opened: Opened, { commitHash, path, start, count }: Blamed): Promise<readonly Span[]> {
  if (count === 0 || !isText(path)) return [];
  const listing = await gitOutput(await harmless(opened), [
    ...["blame", "--incremental", "--no-textconv"],
    ...["-L", `${start + 1},+${count}`, commitHash, "--", pathText(path)],
  ]);
  const spans: Span[] = [];
  let begun: Omit<Span, "path"> | null = null;
  for (const text of listing.toString("latin1").split("\n")) {
    const [, hash = "", line, lines] = /^([0-9a-f]{40}) \d+ (\d+) (\d+)$/.exec(text) ?? [];
    if (line !== undefined) begun = { hash, line: Number(line), lines: Number(lines) };
    else if (begun !== null && text.startsWith("filename "))
      spans.push({ ...begun, path: named(text.slice("filename ".length), "") ?? path });
  }
  return spans.toSorted((left, right) => left.line - right.line);
}

/** git reads `blame.ignoreRevsFile` whatever it is told; the copy has none of what a repository says of itself. */
async function harmless({ git, context, repository }: Opened): Promise<Location> {
  const asked = ["config", "--get-regexp", "^blame\\.ignorerevsfile$"];
  if ((await runGit(git.location, asked)).exitCode !== 0) return git.location;
  const { result } = await context.git.write(repository.path, async ({ location }) => location);
  return result;
}

/** git begins a new span where lines were not neighbours in their own commit; Bitbucket tells them as one. */
function joined(spans: readonly Span[]): readonly Span[] {
  const all: Span[] = [];
  for (const span of spans) {
    const last = all.at(-1);
    if (last !== undefined && last.hash === span.hash && last.path === span.path)
      all[all.length - 1] = { ...last, lines: last.lines + span.lines };
    else all.push(span);
  }
  return all;
}
