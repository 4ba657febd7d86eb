import { expect, test } from "vitest";
import { fc } from "../../tests/property.ts";
import { canonicalEmail } from "./email.ts";

test.each([
  ["Ada@Example.COM", "ada@example.com"],
  ["ada+bitbucket@example.com", "ada+bitbucket@example.com"],
  ["ada@bücher.example", "ada@xn--bcher-kva.example"],
  ["ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"],
  ["a.d.a@mail.example.co.uk", "a.d.a@mail.example.co.uk"],
  ["o'neil@example.com", "o'neil@example.com"],
])("E10: %s is compared as %s", (address, canonical) => {
  expect(canonicalEmail(address)).toBe(canonical);
});

test.each([
  ["a capital İ, which has two small ones", "İda@example.com"],
  ["a Kelvin sign in place of a K", "\u212aim@example.com"],
  ["a Cyrillic а", "\u0430da@example.com"],
  ["a dot at the end", "ada@example.com."],
  ["a dot at the end of the name", "ada.@example.com"],
  ["two dots", "a..da@example.com"],
  [
    "320 characters",
    `${"a".repeat(64)}@${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(63)}.${"e".repeat(60)}.com`,
  ],
  ["a name of 65 characters", `${"a".repeat(65)}@example.com`],
  ["a quoted name with @", '"victim@example.com"@evil.example'],
  ["a comment", "ada(comment)@example.com"],
  ["two @", "ada@example.com@evil.example"],
  ["line breaks", "ada@example.com\r\nBcc: eve@evil.example"],
  ["a NUL", "ada\u0000@example.com"],
  ["a soft hyphen in the domain", "ada@exam\u00adple.com"],
  ["white space", " ada@example.com"],
  ["an address literal", "ada@[127.0.0.1]"],
  ["a number for a host", "ada@127.0.0.1"],
  ["a number in disguise", "ada@0x7f000001"],
  ["a port", "ada@example.com:25"],
  ["a path", "ada@example.com/x"],
  ["an encoded dot", "ada@example%2ecom"],
  ["no domain", "ada@"],
  ["no name", "@example.com"],
  ["a host without a dot", "ada@localhost"],
  ["no @", "ada"],
  ["nothing", ""],
])("E10: %s: is compared with nothing", (_, address) => {
  expect(canonicalEmail(address)).toBeNull();
});

test("whatever comes: one line of printable ASCII with one @, the same when it is made again, or nothing", () => {
  const address = fc.oneof(
    fc.emailAddress(),
    fc.string({ unit: "binary" }),
    fc.tuple(fc.string(), fc.domain()).map((parts) => parts.join("@")),
    fc.tuple(fc.string({ unit: "binary" }), fc.string({ unit: "binary" })).map((parts) => parts.join("@")),
  );
  fc.assert(
    fc.property(address, (text) => {
      const canonical = canonicalEmail(text);
      if (canonical === null) return;
      expect(canonical).toMatch(/^[!-?A-~]+@[a-z0-9.-]+$/);
      expect(canonicalEmail(canonical)).toBe(canonical);
    }),
    { numRuns: 500 },
  );
});
