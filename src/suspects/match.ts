/** Owns how well a changed file fits a file a stack trace names: by equal path segments from the file name back. */
import type { Frame } from "./frame.ts";

/** A file that a commit changed. */
export interface ChangedFile {
  /** Where the file is after the commit, or was when the commit removed it. */
  readonly path: string;
  /** Where a renamed file was before. */
  readonly oldPath: string | null;
  readonly linesAdded: number;
  readonly linesRemoved: number;
  readonly status: string;
}

/** How much two paths have in common. */
export interface PathMatch {
  /** Equal segments, the file name counted. */
  readonly segments: number;
  /** Whether the shorter path is the end of the longer one, so that nothing contradicts. */
  readonly whole: boolean;
}

/** A frame that counts, and its place in the whole trace. */
export interface NamedFrame {
  readonly frame: Frame;
  /** From 1, as a person counts. */
  readonly ordinal: number;
}

/** How one changed file is named by the trace. */
export interface FileMatch {
  readonly file: ChangedFile;
  readonly match: PathMatch;
  readonly best: NamedFrame;
  /** How many more frames name it. */
  readonly more: number;
  readonly score: number;
}

/** The folders and the name of a path; empty and `.` segments do not count. */
export function splitPath(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "" && segment !== ".");
}

/**
 * Compares two split paths from their file names back. `null` when the names differ, and when nothing but the name is
 * equal although both paths name folders: `index.ts` in two places says nothing.
 */
export function matchPaths(frame: readonly string[], changed: readonly string[]): PathMatch | null {
  const shorter = Math.min(frame.length, changed.length);
  let segments = 0;
  while (segments < shorter && frame.at(-1 - segments) === changed.at(-1 - segments)) segments += 1;
  if (segments === 0) return null;
  if (segments === 1 && shorter > 1) return null;
  return { segments, whole: segments === shorter };
}
