/** `docs/what-guides-promise.md` names a test for each statement of five documents, or what it waits for; this holds the two together. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readTables, readTitles } from "./documents.ts";

const rows = readTables(readFileSync("docs/what-guides-promise.md", "utf8"));
const titles = globSync(["src/**/*.test.ts", "tests/**/*.test.ts"]).flatMap((path) =>
  readTitles(path).map((title) => ({ path: path.replaceAll("\\", "/"), title })),
);

const toCome = ["webhooks", "the vault", "attacks", "rules and frameworks", "the emulator"];

/** The numbers a title carries before its sentence: `S1, point 4, G12: …`. */
const numbersOf = (title: string) => (/^([^:]*):/.exec(title)?.[1] ?? "").split(/,\s*/);

/** What is wrong with one mention: `` `path` ``, which has to hold a test of that number, or `` `path`: title ``. */
function faultOf(number: string, mention: string): string | null {
  const [, path = "", title] = /^`([^`]+)`(?:: (.+))?$/.exec(mention) ?? [];
  if (!existsSync(path)) return `${number}: there is no file "${path}" (${mention})`;
  const there = titles.filter((found) => found.path === path);
  const isMeant = (found: string) =>
    title === undefined ? numbersOf(found).includes(number) : found.startsWith(title);
  return there.some((found) => isMeant(found.title))
    ? null
    : `${number}: ${path} has no test "${title ?? number}"`;
}

function faultsOf([number = "", , shownBy = ""]: readonly string[]): readonly (string | null)[] {
  const [, waitsFor] = /^waits for: (.+)$/.exec(shownBy) ?? [];
  if (waitsFor !== undefined)
    return toCome.includes(waitsFor) ? [] : [`${number}: nobody waits for ${waitsFor}`];
  if (/^not here: \S/.test(shownBy)) return [];
  return shownBy.split("; ").map((mention) => faultOf(number, mention));
}

test("every statement names a test that exists, or what it waits for", () => {
  let number = "";
  const numbered = rows.map(([given = "", ...rest]) => {
    number = given || number;
    return [number, ...rest];
  });
  expect(numbered.flatMap(faultsOf).filter((fault) => fault !== null)).toEqual([]);
});

test.each([
  ["S", 23],
  ["G", 19],
  ["Se", 17],
  ["L", 28],
  ["B", 16],
])("the statements %s are numbered from 1 to %i, none missing", (letters, last) => {
  const numbers = rows
    .map(([number = ""]) => number)
    .filter((number) => /^[A-Za-z]+/.exec(number)?.[0] === letters);
  expect(numbers).toEqual(Array.from({ length: last }, (_, index) => `${letters}${index + 1}`));
});

test("what Bitbucket has changed since is a row of older guides", () => {
  const known = readTables(readFileSync("docs/older-guides.md", "utf8")).map(([number]) => number);
  const named = rows.flatMap((row) => [...(row[3] ?? "").matchAll(/\bO\d+/g)].map(([number]) => number));
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((number) => !known.includes(number))).toEqual([]);
});

test("a mention of a test that is not there is noticed", () => {
  expect(faultOf("S1", "`tests/docs-promises.test.ts`: no such title")).toContain("has no test");
  expect(faultOf("S1", "`tests/docs-promises.test.ts`")).toContain("has no test");
  expect(faultOf("S1", "`tests/nowhere.test.ts`")).toContain("there is no file");
  expect(faultOf("S1", "somewhere")).toContain("there is no file");
});
