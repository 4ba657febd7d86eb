/** Every row of `docs/older-guides.md` is tied to a test that asks the emulator or to an error code; no tie leads nowhere. */
import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readCatalogues } from "../tools/docs.ts";
import { readTables, readTitles } from "./documents.ts";

const codes = (await readCatalogues()).flatMap(({ entries }) => Object.keys(entries));
const rows = readTables(readFileSync("docs/older-guides.md", "utf8"));
const shown = globSync("tests/stories/older-guides*.test.ts")
  .flatMap(readTitles)
  .flatMap((title) => (/^([^:]*):/.exec(title)?.[1] ?? "").split(/,\s*/))
  .filter((number) => /^O\d+$/.test(number));

const codesIn = (cell = "") => [...cell.matchAll(/`([a-z]+\.[a-z0-9_]+)`/g)].map(([, code]) => code ?? "");

/** Whether anything holds a row. */
const isTied = ([number = "", ...cells]: readonly string[]) =>
  shown.includes(number) || codesIn(cells.at(-1)).length > 0;

describe("older guides", () => {
  test("number their rows from O1, none missing and none twice", () => {
    expect(rows.map(([number]) => number)).toEqual(rows.map((_, index) => `O${index + 1}`));
    expect(rows.length).toBeGreaterThanOrEqual(55);
  });

  test("tie each row to a test of its number, or to an error code", () => {
    expect(rows.filter((row) => !isTied(row)).map(([number]) => number)).toEqual([]);
  });

  test("name only error codes of the catalogue", () => {
    expect(rows.flatMap((row) => codesIn(row.at(-1))).filter((code) => !codes.includes(code))).toEqual([]);
  });

  test("are shown by no test whose row is gone", () => {
    const numbers = rows.map(([number]) => number);
    expect(shown.filter((number) => !numbers.includes(number))).toEqual([]);
  });

  test("notice a row that nothing holds", () => {
    expect(isTied(["O999", "it is said", "it is not", "nothing", "–"])).toBe(false);
    expect(isTied(["O999", "it is said", "it is not", "nothing", "`vault.reconnect`"])).toBe(true);
  });
});
