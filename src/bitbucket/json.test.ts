import { expect, test } from "vitest";
import { fc } from "../../tests/property.ts";
import { isPlainJson } from "./json.ts";

test("a key twice in one object is told, however it is written", () => {
  for (const text of [
    '{"a":1,"a":2}',
    '{"a":1 , "\\u0061" : 2}',
    '[{"b":{"a":[],"c":1,"a":0}}]',
    '{"":1,"":2}',
  ])
    expect([text, isPlainJson(text)]).toEqual([text, false]);
  for (const text of [
    '{"a":{"a":1},"b":[{"a":1},{"a":2}]}',
    '{"a":"b","c":"a"}',
    '["a","a"]',
    '{"a":"\\"a\\":"}',
    '""',
  ])
    expect([text, isPlainJson(text)]).toEqual([text, true]);
});

test("so is nesting that no endpoint has", () => {
  expect(isPlainJson("[".repeat(33) + "]".repeat(33))).toBe(false);
  expect(isPlainJson("[".repeat(32) + "]".repeat(32))).toBe(true);
});

test("whatever was written as JSON once is plain", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => isPlainJson(JSON.stringify(value, null, 1))),
  );
});
