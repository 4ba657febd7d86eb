/** Owns reading the documents' tables and the titles of tests, for the tests that hold the two together. */
import { readFileSync } from "node:fs";

/** The rows of all tables of a document, their cells trimmed; without heads and rulers. */
export function readTables(text: string): readonly (readonly string[])[] {
  const lines = text.split("\n");
  return lines
    .filter((line, at) => line.startsWith("|") && !isRuler(line) && !isRuler(lines[at + 1]))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf("|"))
        .split("|")
        .map((cell) => cell.trim()),
    );
}

function isRuler(line = ""): boolean {
  return /^\|( *:?-+:? *\|)+$/.test(line.trim());
}

/** The titles of a file's tests, as they are written there. */
export function readTitles(path: string): readonly string[] {
  const text = readFileSync(path, "utf8");
  const calls =
    /\b(?:test|it)(?:\.\w+)?\(\s*(["'`])((?:\\.|(?!\1).)+)\1|\]?\)\(\s*(["'`])((?:\\.|(?!\3).)+)\3/gs;
  return [...text.matchAll(calls)].map(([, , title, , each]) =>
    (title ?? each ?? "").replaceAll(/\\(.)/g, "$1"),
  );
}
