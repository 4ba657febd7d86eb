import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readSources } from "../tools/house.ts";
import { findBreaches } from "../tools/laws.ts";

const broken = (text: string, path = "web/a.ts") =>
  findBreaches({ path, text: `/** Owns an example. */\n${text}` });

test("no file of the house breaks a law", () => {
  expect(readSources().flatMap(findBreaches)).toEqual([]);
});

test("no test of the house is skipped", () => {
  const tests = globSync("tests/**/*.ts").map((path) => ({
    path: `${path}.test.ts`,
    text: readFileSync(path, "utf8"),
  }));
  expect(tests.flatMap(findBreaches)).toEqual([]);
});

describe("a breach is found", () => {
  test.each([
    ["wall clock", "export const now = () => Date.now();"],
    ["wall clock", "export const now = () => new Date();"],
    ["Math.random", "export const dice = Math.random();"],
    ["global fetch", 'export const page = await fetch("https://bitbucket.org");'],
    ["global fetch", "export const door = globalThis.fetch;"],
    ["global fetch", "export const client = open({ fetch });"],
    ["global fetch", 'import { request } from "undici";'],
    ["console", 'console.log("here");'],
    ["=== on a secret", "export const same = (a: Row, given: string) => a.csrfToken === given;"],
    ["=== on a secret", "export const same = (a: Secret, given: string) => given !== a.reveal();"],
    ["any", "export const anything = (value: any) => value;"],
    ["skipped test", 'test.skip("later", () => {});'],
    ["skipped test", 'describe.skipIf(process.platform === "linux")("elsewhere", () => {});'],
  ])("%s: %s", (name, text) => {
    expect(broken(text)).toEqual([expect.stringContaining(`web/a.ts:2 ${name}: `)]);
  });

  test("a face that does more than re-export", () => {
    expect(broken('export { a } from "./a.ts";\nexport const b = 1;', "web/index.ts")).toEqual([
      "web/index.ts:3 index.ts: a face only re-exports.",
    ]);
  });

  test("a file that does not say what it owns", () => {
    expect(findBreaches({ path: "web/a.ts", text: "export const a = 1;" })).toEqual([
      "web/a.ts: the first sentence has to say what the file owns.",
    ]);
  });
});

describe("what is allowed is let be", () => {
  test.each([
    ["a date from a number", "export const at = (n: number) => new Date(n);"],
    ["a fetch that is handed in", 'export const get = ({ fetch }: Parts) => fetch("https://bitbucket.org");'],
    ["a fetch with a default name", "export function get(fetch: Fetch) { return open({ fetch }); }"],
    [
      "a secret that is missing",
      "export const none = (a: Row) => a.token === null || a.token === undefined;",
    ],
    ["a word of a secret's kind", 'export const bearer = (a: Row) => a.grantToken === "refresh_token";'],
  ])("%s", (_what, text) => {
    expect(broken(text)).toEqual([]);
  });

  test("the rooms that own a thing may use it", () => {
    expect(broken("export const now = () => new Date();", "base/clock.ts")).toEqual([]);
    expect(broken('console.log("ready");', "cli/commands/demo.ts")).toEqual([]);
    expect(broken('export const page = await fetch("http://127.0.0.1");', "emulator/a.ts")).toEqual([]);
  });
});
