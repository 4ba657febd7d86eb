import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("every function of a table runs on both engines", () => {
  const tested = globSync("tests/storage/tables-*.test.ts").map((path) => readFileSync(path, "utf8"));
  const functions = globSync("src/storage/tables/*.ts").flatMap((path) => {
    const text = readFileSync(path, "utf8");
    return [...text.matchAll(/^export (?:async )?function (\w+)/gm)].map(([, name = ""]) => name);
  });
  const called = (name: string) => tested.some((text) => text.includes(`${name}(`));
  expect(functions.filter((name) => !called(name))).toEqual([]);
});
