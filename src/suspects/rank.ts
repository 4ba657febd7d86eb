/** Owns ranking commits by a stack trace: which changed the files it names, how sure that is, and why in words. */
import type { Frame } from "./frame.ts";
import {
  type ChangedFile,
  type FileMatch,
  matchPaths,
  type NamedFrame,
  type PathMatch,
  splitPath,
} from "./match.ts";
import { explainMatch } from "./reason.ts";

/** A commit that may be the reason. */
export interface CandidateCommit {
  readonly hash: string;
  readonly date: Date;
  readonly authorRaw: string;
  readonly message: string;
  /** More than one makes it a merge, whose files are those of the commits it merged. */
  readonly parents?: readonly string[];
  readonly files: readonly ChangedFile[];
}

/** A commit with the reasons it is suspected for. */
export interface Suspect<Commit extends CandidateCommit = CandidateCommit> {
  readonly hash: string;
  readonly date: Date;
  /** Between 0 and 1. Says which of two is likelier, not how likely. */
  readonly score: number;
  /** Sentences, the strongest first. */
  readonly reasons: readonly string[];
  /** The changed files that the trace names, the strongest first. */
  readonly files: readonly ChangedFile[];
  readonly commit: Commit;
}

/** What is ranked, and by which trace. */
export interface RankOptions<Commit extends CandidateCommit> {
  readonly frames: readonly Frame[];
  /** Read once, so it may be a generator over any number. */
  readonly commits: Iterable<Commit>;
  /** How many to keep, default 20. */
  readonly keep?: number;
}

interface Candidate extends NamedFrame {
  readonly segments: readonly string[];
  readonly weight: number;
}

/** As many frames as Sentry's release-based rule looks at. */
const mostFrames = 25;
const defaultKeep = 20;

/**
 * The commits that changed files named by the frames, best match first, then newest; others are left out.
 * A commit is as suspect as its best file: deeper path agreement and a frame nearer to the error weigh more.
 * Frames outside the app count only when there are no others.
 */
export function rankSuspects<Commit extends CandidateCommit>(
  options: RankOptions<Commit>,
): Suspect<Commit>[] {
  const { commits, keep = defaultKeep } = options;
  const byName = indexFrames(options.frames);
  let best: Suspect<Commit>[] = [];
  if (byName.size === 0) return best;
  for (const commit of commits) {
    const suspect = judge(commit, byName);
    if (suspect === null) continue;
    best.push(suspect);
    if (best.length >= keep * 4) best = mergeSuspects(best, [], keep);
  }
  return mergeSuspects(best, [], keep);
}

/** Joins two rankings of the same frames, so that a long history can be ranked piece by piece. */
export function mergeSuspects<Commit extends CandidateCommit>(
  left: readonly Suspect<Commit>[],
  right: readonly Suspect<Commit>[],
  keep = defaultKeep,
): Suspect<Commit>[] {
  return [...left, ...right]
    .sort((a, b) => b.score - a.score || b.date.getTime() - a.date.getTime() || compare(a.hash, b.hash))
    .slice(0, keep);
}

/** The file names a ranking by these frames looks for: a cheap way to leave out commits that cannot match. */
export function namesToLookFor(frames: readonly Frame[]): string[] {
  return [...indexFrames(frames).keys()];
}

function indexFrames(frames: readonly Frame[]): Map<string, Candidate[]> {
  const numbered = frames.map((frame, index) => ({ frame, ordinal: index + 1 }));
  const inApp = numbered.filter(({ frame }) => frame.inApp);
  const chosen = (inApp.length > 0 ? inApp : numbered).slice(0, mostFrames);
  const byName = new Map<string, Candidate[]>();
  for (const [index, named] of chosen.entries()) {
    const segments = splitPath(named.frame.file);
    const name = segments.at(-1);
    if (name === undefined) continue;
    const same = byName.get(name) ?? [];
    same.push({ ...named, segments, weight: 1 / (1 + index / 4) });
    byName.set(name, same);
  }
  return byName;
}

function judge<Commit extends CandidateCommit>(
  commit: Commit,
  byName: ReadonlyMap<string, readonly Candidate[]>,
): Suspect<Commit> | null {
  const matches: FileMatch[] = [];
  for (const file of commit.files) {
    const match = matchFile(file, byName);
    if (match !== null) matches.push(match);
  }
  matches.sort((a, b) => b.score - a.score);
  const strongest = matches[0];
  if (strongest === undefined) return null;
  const isMerge = (commit.parents?.length ?? 0) > 1;
  return {
    hash: commit.hash,
    date: commit.date,
    score: isMerge ? strongest.score * 0.95 : strongest.score,
    reasons: matches.map(explainMatch),
    files: matches.map(({ file }) => file),
    commit,
  };
}

function matchFile(file: ChangedFile, byName: ReadonlyMap<string, readonly Candidate[]>): FileMatch | null {
  const now = matchPath(file.path, file, byName);
  const before =
    file.oldPath === null || file.oldPath === file.path ? null : matchPath(file.oldPath, file, byName);
  if (now === null || before === null) return now ?? before;
  return before.score > now.score ? before : now;
}

function matchPath(
  path: string,
  file: ChangedFile,
  byName: ReadonlyMap<string, readonly Candidate[]>,
): FileMatch | null {
  const candidates = byName.get(path.slice(path.lastIndexOf("/") + 1));
  if (candidates === undefined) return null;
  const segments = splitPath(path);
  let found: FileMatch | null = null;
  let naming = 0;
  for (const candidate of candidates) {
    const match = matchPaths(candidate.segments, segments);
    if (match === null) continue;
    naming += 1;
    const score = strength(match) * candidate.weight;
    if (found === null || score > found.score) found = { file, match, best: candidate, more: 0, score };
  }
  return found === null ? null : { ...found, more: naming - 1 };
}

/** A bare name is weak; folders that contradict further up make a match doubtful; each equal folder adds a little. */
function strength({ segments, whole }: PathMatch): number {
  const depth = 0.05 * (1 - 1 / segments);
  if (segments === 1) return 0.3;
  return (whole ? 0.95 : 0.6) + depth;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
