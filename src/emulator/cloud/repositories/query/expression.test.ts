import { expect, test } from "vitest";
import { fc } from "../../../../../tests/property.ts";
import { parseQuery, QueryError } from "./expression.ts";

test("AND binds tighter than OR, and parentheses tighter than both", () => {
  expect(parseQuery('a = 1 or b = 2 AND (c = "x" OR d = null)')).toMatchObject({
    kind: "or",
    parts: [{ field: "a" }, { kind: "and", parts: [{ field: "b" }, { kind: "or" }] }],
  });
});

test("reads every kind of value", () => {
  const value = (text: string) => {
    const expression = parseQuery(`field = ${text}`);
    return expression.kind === "test" ? expression.values[0] : undefined;
  };
  expect(value('"a \\"b\\" \\\\ AND (c"')).toBe('a "b" \\ AND (c');
  expect(value("-10.302")).toBe(-10.302);
  expect(value("TRUE")).toBe(true);
  expect(value("null")).toBeNull();
  expect(value("2015-03-04")).toEqual(new Date("2015-03-04T00:00:00Z"));
  expect(value("2015-03-04T14:08:59")).toEqual(new Date("2015-03-04T14:08:59Z"));
  expect(value("2015-03-04T14:08:59.123+02:00")).toEqual(new Date("2015-03-04T12:08:59.123Z"));
});

test("reads lists for IN and NOT IN", () => {
  expect(parseQuery('state NOT IN ("a", "b")')).toEqual({
    kind: "test",
    field: "state",
    operator: "NOT IN",
    values: ["a", "b"],
  });
});

test("any text is read or refused with a sentence, never anything else", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseQuery(text);
      } catch (error) {
        if (!(error instanceof QueryError)) throw error;
      }
    }),
  );
});
