import { expect, test } from "vitest";
import { fc } from "../../tests/property.ts";
import { Secret } from "../base/secret.ts";
import { quoteForeign } from "./foreign-text.ts";

test("foreign text comes out on one line, short, printable and without the secrets that were sent", () => {
  expect(quoteForeign("a\r\n\tb\u0000c\u202ed")).toBe("a b c d");
  expect(quoteForeign("x".repeat(400))).toHaveLength(301);
  expect(quoteForeign("token a/b+cde, once more a%2Fb%2Bcde", [new Secret("a/b+cde"), null])).toBe(
    "token [secret], once more [secret]",
  );
  expect(quoteForeign("as it is", [new Secret(""), new Secret("s")])).toBe("as it is");
});

test("whatever comes in, what goes out is well-formed and without control characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 700 }), (text) => {
      const quoted = quoteForeign(text);
      expect(quoted.isWellFormed()).toBe(true);
      expect(quoted).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }),
  );
});
