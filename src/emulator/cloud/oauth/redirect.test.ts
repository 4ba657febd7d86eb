import { expect, test } from "vitest";
import { fc } from "../../../../tests/property.ts";
import { chooseRules } from "../../core/rules.ts";
import { rawState, redirectAllowed, withParameters } from "./redirect.ts";

const today = chooseRules();

test("a registered URL with a trailing slash or a query is extended below it", () => {
  expect(redirectAllowed("https://app.example/a/", "https://app.example/a/b", today)).toBe(true);
  expect(redirectAllowed("https://app.example/a/", "https://app.example/a", today)).toBe(false);
  expect(redirectAllowed("https://app.example", "https://app.example/anything", today)).toBe(true);
  expect(redirectAllowed("https://app.example/a?x=1", "https://app.example/a/b?x=1", today)).toBe(true);
  expect(redirectAllowed("https://app.example/a?x=1", "https://app.example/a/b", today)).toBe(false);
  expect(redirectAllowed("https://app.example/a", "HTTPS://APP.example:443/a/b", today)).toBe(true);
});

test("whatever is allowed stays on the registered origin and below the registered path", () => {
  const registered = "https://app.example/oauth/callback";
  const tail = fc.string({
    unit: fc.constantFrom("/", ".", "%2e", "%2F", "\\", "@", ":", "a", "?", "#", " ", "\t", "e"),
    maxLength: 12,
  });
  fc.assert(
    fc.property(tail, (more) => {
      const asked = registered + more;
      if (!redirectAllowed(registered, asked, today)) return;
      const { origin, pathname } = new URL(asked);
      expect(origin).toBe("https://app.example");
      expect(pathname === "/oauth/callback" || pathname.startsWith("/oauth/callback/")).toBe(true);
    }),
    { numRuns: 2000, examples: [["/.\t."], ["/.\n./x"], ["/.\r."], ["/..\0"]] },
  );
});

test("parameters are added behind what is there, and the state is never decoded", () => {
  expect(withParameters("http://h/c", { code: "a b" }, "x%20y+z")).toBe(
    "http://h/c?code=a%20b&state=x%20y+z",
  );
  expect(withParameters("http://h/c?q=1", { code: "a" }, null)).toBe("http://h/c?q=1&code=a");
  expect(rawState("?a=1&state=%FF&b=2")).toBe("%FF");
  expect(rawState("?mystate=1")).toBeNull();
});
