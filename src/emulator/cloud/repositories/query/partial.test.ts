import { expect, test } from "vitest";
import { choose } from "./partial.ts";

const whole = {
  size: 1,
  values: [{ name: "a", links: { self: { href: "x" }, html: { href: "y" } }, owner: null }],
};

test("names keep only what they lead to", () => {
  expect(choose(whole, ["values.links.self.href", "size"])).toEqual({
    size: 1,
    values: [{ links: { self: { href: "x" } } }],
  });
  expect(choose(whole, ["values.owner.name"])).toEqual({ values: [{ owner: null }] });
  expect(choose(whole, ["nothing"])).toEqual({});
});

test("a minus takes away, a star stands for every name of its level", () => {
  expect(choose(whole, ["-values.links"])).toEqual({ size: 1, values: [{ name: "a", owner: null }] });
  expect(choose(whole, ["-values.links.*"])).toEqual({
    size: 1,
    values: [{ name: "a", links: {}, owner: null }],
  });
});

test("a plus brings back what a minus took, and else changes nothing", () => {
  expect(choose(whole, ["-*", "+size"])).toEqual({ size: 1 });
  expect(choose(whole, ["+values.participants"])).toEqual(whole);
});
