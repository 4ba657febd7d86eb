/** Owns a diff as JSON: segments of lines with both their numbers, cut where the cap is reached. */

import { pathObject } from "./path-object.ts";
import type { DiffFile, DiffHunk, DiffLine } from "./read-diff.ts";

/** One file of a diff; what is not read here stands in it too. */
export interface FileObject {
  readonly source: { readonly toString: string } | null;
  readonly destination: { readonly toString: string } | null;
  readonly hunks?: readonly { readonly segments: readonly SegmentObject[] }[];
}

export interface SegmentObject {
  readonly type: DiffLine["type"];
  readonly lines: readonly LineObject[];
}

export interface LineObject {
  readonly source: number;
  readonly destination: number;
}

interface Cut {
  /** Lines that may still be shown. */
  left: number;
}

/** The `diffs` of an answer, at most `mostLines` lines in all, and whether they were cut. */
export function diffsObject(
  files: readonly DiffFile[],
  mostLines: number,
): { readonly diffs: readonly FileObject[]; readonly truncated: boolean } {
  const cut: Cut = { left: mostLines };
  const diffs = [];
  for (const file of files) {
    if (cut.left <= 0) return { diffs, truncated: true };
    const diff = fileObject(file, cut);
    diffs.push(diff);
    if (diff.truncated) return { diffs, truncated: true };
  }
  return { diffs, truncated: false };
}

function fileObject({ source, destination, binary, hunks }: DiffFile, cut: Cut) {
  const paths = {
    source: source === null ? null : pathObject(source),
    destination: destination === null ? null : pathObject(destination),
  };
  if (binary) return { ...paths, binary, truncated: false };
  const shown = [];
  for (const hunk of hunks) {
    const object = hunkObject(hunk, cut);
    shown.push(object);
    if (object.truncated) break;
  }
  const truncated = shown.length < hunks.length || shown.at(-1)?.truncated === true;
  return { ...paths, hunks: shown, truncated };
}

function hunkObject(hunk: DiffHunk, cut: Cut) {
  const { context, sourceLine, sourceSpan, destinationLine, destinationSpan, lines } = hunk;
  const shown = lines.slice(0, cut.left);
  cut.left -= shown.length;
  const truncated = shown.length < lines.length;
  return {
    context,
    sourceLine,
    sourceSpan,
    destinationLine,
    destinationSpan,
    segments: segments(shown, { source: sourceLine, destination: destinationLine }, truncated),
    truncated,
  };
}

interface Segment {
  readonly type: DiffLine["type"];
  readonly lines: LineObject[];
  truncated: boolean;
}

/** Neighbours of one type together; a line that is only on one side has the number the other side has come to. */
function segments(
  lines: readonly DiffLine[],
  at: { source: number; destination: number },
  truncated: boolean,
): readonly Segment[] {
  const all: Segment[] = [];
  for (const { type, text } of lines) {
    if (all.at(-1)?.type !== type) all.push({ type, lines: [], truncated: false });
    const line = { ...at, line: text, truncated: false };
    all.at(-1)?.lines.push(line);
    if (type !== "ADDED") at.source += 1;
    if (type !== "REMOVED") at.destination += 1;
  }
  const last = all.at(-1);
  if (last !== undefined) last.truncated = truncated;
  return all;
}
