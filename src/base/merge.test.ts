import { expect, test } from "vitest";
import { merge } from "./merge.ts";

test("objects are laid over each other, everything else is replaced whole", () => {
  const below = { a: { b: 1, c: 2 }, list: [1, 2], text: "x" };
  expect(merge(below, { a: { c: 3 }, list: [4], more: true })).toEqual({
    a: { b: 1, c: 3 },
    list: [4],
    text: "x",
    more: true,
  });
  expect(merge({ a: { b: 1 } }, { a: "text" })).toEqual({ a: "text" });
});

test("what is undefined or null replaces nothing", () => {
  expect(merge({ a: 1, b: 2 }, { a: undefined, b: null })).toEqual({ a: 1, b: 2 });
  expect(merge(undefined, { a: 1 })).toEqual({ a: 1 });
});

test("a key that every object inherits is only what was written", () => {
  expect(merge({ a: 1 }, { constructor: null })).toEqual({ a: 1, constructor: undefined });
  const hostile = merge({ a: 1 }, JSON.parse('{ "__proto__": { "b": 2 } }'));
  expect(({} as { readonly b?: unknown }).b).toBeUndefined();
  expect(Object.getPrototypeOf(hostile)).toBe(Object.prototype);
});
