import { describe, expect, test } from "vitest";
import { findProblems, readSources } from "../tools/house.ts";
import { type Room, rooms } from "../tools/rooms.ts";

/** The problems of a house of a few small files. */
function problemsOf(files: Readonly<Record<string, string>>): readonly string[] {
  return findProblems(Object.entries(files).map(([path, text]) => ({ path, text })));
}

test("the house keeps to its table of rooms", () => {
  expect(findProblems(readSources())).toEqual([]);
});

test("the table itself points downwards only, at rooms that are in it", () => {
  const table: Readonly<Record<string, Room>> = rooms;
  const wrong = Object.entries(table).flatMap(([name, { floor, mayImport }]) =>
    mayImport
      .map((entry) => table[entry.replace(/^type /, "").split("/")[0] ?? ""])
      .filter((room) => room === undefined || room.floor >= floor || room.floor === 0)
      .map(() => name),
  );
  expect(wrong).toEqual([]);
});

describe("an arrow that is not in the table is found", () => {
  test.each([
    ["a statement", 'import { sealToken } from "../vault/vault.ts";'],
    ["a type", 'import type { Vault } from "../vault/vault.ts";'],
    ["a type in place", 'export type V = import("../vault/vault.ts").Vault;'],
    ["a module loaded later", 'export const load = () => import("../vault/vault.ts");'],
    ["a re-export", 'export { sealToken } from "../vault/vault.ts";'],
  ])("%s", (_kind, text) => {
    expect(problemsOf({ "signin/a.ts": text, "vault/vault.ts": "" })).toEqual([
      expect.stringMatching(/^src\/signin\/a\.ts:1 imports (a type of )?vault\/vault\.ts, which the table/),
    ]);
  });

  test("where only types are allowed, a value is not", () => {
    const files = { "analyses/analyses.ts": "" };
    expect(problemsOf({ ...files, "web/a.ts": 'import type { A } from "../analyses/analyses.ts";' })).toEqual(
      [],
    );
    expect(
      problemsOf({ ...files, "web/a.ts": 'import { type A } from "../analyses/analyses.ts";' }),
    ).toHaveLength(1);
  });

  test("where only a file or a folder is allowed, the rest of the room is not", () => {
    const files = {
      "base/clock.ts": "",
      "base/random.ts": "",
      "bitbucket/api/client.ts": "",
      "bitbucket/cloud.ts": "",
    };
    expect(problemsOf({ ...files, "emulator/a.ts": 'import "../base/clock.ts";' })).toEqual([]);
    expect(problemsOf({ ...files, "emulator/a.ts": 'import "../base/random.ts";' })).toHaveLength(1);
    expect(problemsOf({ ...files, "suspects/a.ts": 'import "../bitbucket/api/client.ts";' })).toEqual([]);
    expect(problemsOf({ ...files, "suspects/a.ts": 'import "../bitbucket/cloud.ts";' })).toHaveLength(1);
  });

  test("tests may import what they like", () => {
    expect(problemsOf({ "signin/a.test.ts": 'import "../vault/vault.ts";', "vault/vault.ts": "" })).toEqual(
      [],
    );
  });
});

describe("also found", () => {
  test.each<[string, Record<string, string>, RegExp]>([
    [
      "a face imported inside the house",
      { "app/a.ts": 'import "../bitbucket/index.ts";' },
      /imports the face/,
    ],
    ["an import without its ending", { "app/a.ts": 'import "./b.js";' }, /without its \.ts/],
    ["an import from outside of src", { "app/a.ts": 'import "../../tools/rooms.ts";' }, /outside of src/],
    [
      "an import that cannot be read",
      { "app/a.ts": "export const load = (name: string) => import(name);" },
      /cannot be read/,
    ],
    [
      "node: in a neutral room",
      { "bitbucket/a.ts": 'import { createHash } from "node:crypto";' },
      /run anywhere/,
    ],
    ["node: in a neutral file of base", { "base/secret.ts": 'import "node:util";' }, /run anywhere/],
    [
      "a file of Node behind a neutral one",
      { "suspects/a.ts": 'import { sha256 } from "../base/digest.ts";' },
      /needs Node/,
    ],
    ["a room the table lacks", { "cellar/a.ts": "" }, /table of rooms has no "cellar"/],
    ["a file in no room", { "main.ts": "" }, /lies in no room/],
    ["a folder without a noun", { "web/utils/a.ts": "" }, /"utils" names no owner/],
    ["a file without a noun", { "web/helpers.ts": "" }, /names no owner/],
    ["a file that is too long", { "web/a.ts": "\n".repeat(401) }, /401 lines/],
  ])("%s", (_what, files, sentence) => {
    expect(problemsOf(files)).toEqual([expect.stringMatching(sentence)]);
  });

  test("a circle of files, types included", () => {
    const problems = problemsOf({
      "web/a.ts": 'import { b } from "./b.ts";',
      "web/b.ts": 'export type { C } from "./c.ts";',
      "web/c.ts": 'import type { A } from "./a.ts";',
    });
    expect(problems).toEqual(["The files go in a circle: web/a.ts → web/b.ts → web/c.ts → web/a.ts"]);
  });

  test("a circle of rooms whose files make none", () => {
    const problems = problemsOf({
      "web/a.ts": 'import "../app/a.ts";',
      "app/b.ts": 'import "../web/b.ts";',
      "app/a.ts": "",
      "web/b.ts": "",
    });
    expect(problems).toContain("The rooms go in a circle: web → app → web");
  });
});
