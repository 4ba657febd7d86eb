/** Owns the history of a repository whose branches wait to be merged, for the pull requests of both products. */
import { repository } from "../../src/emulator/build/repository.ts";
import { branch, commit, tag } from "../../src/emulator/build/steps.ts";

const lines = Array.from({ length: 12 }, (_, at) => `line ${at + 1}`);
const numbered = (changes: Readonly<Record<number, string>> = {}) =>
  lines.map((line, at) => `${changes[at + 1] ?? line}\n`).join("");

/**
 * `feature` and `other` merge cleanly, `clash` does not, `same` brings nothing, `stacked` goes on from `feature`,
 * `ahead` can be fast forwarded to.
 */
export const widgets = repository("acme/widgets", [
  commit({ "a.txt": numbered(), "old.txt": "stays\n".repeat(9) }, { message: "First" }),
  tag("v1"),
  branch("same"),
  branch("feature", [
    commit({ "a.txt": numbered({ 2: "two" }), "new.txt": "new\n" }, { message: "Say two\n\nAt length." }),
    commit({ "new.txt": "newer\n" }, { message: "Newer", author: "John Doe <user@example.com>" }),
    branch("stacked", [commit({ "stacked.txt": "s\n" }, { message: "Upon it" })]),
  ]),
  branch("other", [commit({ "other.txt": "other\n" }, { message: "Other" })]),
  branch("clash", [commit({ "a.txt": numbered({ 12: "dozen" }) }, { message: "Clash" })]),
  commit({ "a.txt": numbered({ 12: "twelve" }) }, { message: "Meanwhile" }),
  branch("ahead", [commit({ "b.txt": "b\n" }, { message: "Ahead" })]),
]);
