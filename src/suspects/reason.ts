/** Owns the words in which a suspect's reasons are given. */
import type { FileMatch } from "./match.ts";

const verbs: Readonly<Record<string, string>> = { added: "added", removed: "removed" };

/** For example "changed src/cart/discount.ts, named by the 1st frame (line 41)". */
export function explainMatch({ file, match, best, more }: FileMatch): string {
  const { ordinal, frame } = best;
  const line = frame.line === undefined ? "" : ` (line ${frame.line})`;
  const others = more === 0 ? "" : ` and ${more} more`;
  return `${explainChange(file)}, ${howNamed(match)} the ${ordinalWord(ordinal)} frame${line}${others}`;
}

function explainChange(file: FileMatch["file"]): string {
  if (file.oldPath !== null && file.oldPath !== file.path) return `renamed ${file.oldPath} to ${file.path}`;
  return `${verbs[file.status] ?? "changed"} ${file.path}`;
}

function howNamed(match: FileMatch["match"]): string {
  if (match.segments === 1) return "whose file name alone is named by";
  if (!match.whole) return `whose last ${match.segments} path segments are named by`;
  return "named by";
}

/** 1st, 2nd, 3rd, 4th, 11th, 21st … */
export function ordinalWord(number: number): string {
  const teens = number % 100 >= 11 && number % 100 <= 13;
  const ending = teens ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th");
  return `${number}${ending}`;
}
