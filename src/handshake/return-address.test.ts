import { describe, expect, test } from "vitest";
import { fc } from "../../tests/property.ts";
import { checkReturnAddress } from "./return-address.ts";

const base = "https://app.tld";
const control = (code: number) => String.fromCharCode(code);

/** Attempts to leave, by kind. Each ends at our start page. */
const attempts = {
  "B1 slashes and backslashes, plain and encoded": [
    "//evil",
    "///evil",
    "/\\evil",
    "\\/evil",
    "\\\\evil",
    "/%5Cevil",
    "/%2F/evil",
    "/%2f%2fevil",
    "%2f%2fevil",
    "%252f%252fevil",
    "/%252f%252fevil",
    "/%25252f%25252fevil",
    "/%255cevil",
  ],
  "B2 control characters and spaces": [
    ...[0x00, 0x09, 0x0a, 0x0b, 0x0d, 0x7f, 0x85, 0x2028].flatMap((code) => [
      `/${control(code)}evil`,
      `/${control(code)}/evil`,
      `${control(code)}//evil`,
    ]),
    "/%09/evil",
    "/%0a/evil",
    "/%00evil",
    "/a%0d%0aSet-Cookie:%20x",
    " //evil",
    " /projects",
    "/ /evil",
    "/projects ",
  ],
  "B3 other schemes": [
    "https:evil",
    "https:/evil",
    "https:///evil",
    "http:/\\evil",
    "HTTPS://EVIL",
    "javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "java\tscript:x",
    "blob:https://app.tld/x",
    "view-source:https://app.tld",
  ],
  "B4 whole addresses, also our own": [
    "https://app.tld@evil",
    "https://app.tld.evil",
    "https://evil#@app.tld",
    "https://app.tld:443@evil",
    "https://app.tld%00.evil",
    "https://app\u3002tld",
    "https://\u0430pp.tld",
    "https://app.tld.",
    "https://app.tld:8443/",
    "http://app.tld/",
    "https://app.tld/projects",
  ],
  "B5 dots before two slashes": [
    "/.//evil",
    "/..//evil",
    "/x/..//evil",
    "/%2e%2e//evil",
    "/x/%2e%2e/%2fevil",
    "/./%2fevil",
  ],
  "B6 no text, no Unicode, no end": [
    undefined,
    null,
    7,
    ["/projects"],
    { toString: () => "/projects" },
    `/${"a".repeat(100_000)}`,
    "/%ff",
    "/%",
    "/\ud800",
    "/ä",
    "",
  ],
  "B7 where signing in and out happens": [
    "/auth",
    "/auth/bitbucket/login",
    "/auth/logout",
    "/auth/bitbucket/callback?code=x&state=y",
    "/AUTH/logout",
    "/%61uth/logout",
    "/%2561uth/logout",
    "/x/../auth/logout",
    "/./auth/logout",
    "/auth%2flogout",
  ],
};

describe("a return address", () => {
  for (const [kind, addresses] of Object.entries(attempts)) {
    test(`leads to the start page: ${kind}`, () => {
      for (const address of addresses) expect(checkReturnAddress(base, address), String(address)).toBe("/");
    });
  }

  test("that is a path of ours is kept, query and fragment too, in its normal form", () => {
    const kept = {
      "/": "/",
      "/projects/prj_1": "/projects/prj_1",
      "/projects/prj_1?tab=a&next=%2F%2Fevil#top": "/projects/prj_1?tab=a&next=%2F%2Fevil#top",
      "/a/../b": "/b",
      "/repositories/feature%2Fx": "/repositories/feature%2Fx",
      "/authors": "/authors",
    };
    for (const [address, normal] of Object.entries(kept))
      expect(checkReturnAddress(base, address)).toBe(normal);
  });

  test("whatever it was, is on our origin afterwards and passes a second time unchanged", () => {
    const pieces = fc.constantFrom(
      "/",
      "\\",
      ".",
      "..",
      "%2f",
      "%5c",
      "%2e",
      "%25",
      "evil",
      "@",
      ":",
      "?",
      "#",
      " ",
      "\t",
    );
    const address = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(pieces).map((parts) => parts.join("")),
      fc.webUrl(),
    );
    fc.assert(
      fc.property(address, (given) => {
        const checked = checkReturnAddress(base, given);
        expect(new URL(checked, base).origin).toBe(base);
        expect(checked).toMatch(/^\/(?![/\\])/);
        expect(checkReturnAddress(base, checked)).toBe(checked);
      }),
      { numRuns: 500 },
    );
  });
});
