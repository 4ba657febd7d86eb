import { expect, test } from "vitest";
import { fc } from "../../tests/property.ts";
import { safeHref } from "./links.ts";

test("keeps http, https and paths of our own", () => {
  for (const good of ["https://bitbucket.org/acme", "http://127.0.0.1:7990/x", "/projects/1", "/"]) {
    expect(safeHref(good)).toBe(good);
  }
});

test("refuses every other scheme, other hosts in disguise and control characters", () => {
  const bad = [
    "javascript:alert(1)",
    " javascript:x",
    "java\tscript:x",
    "data:text/html,x",
    "//evil.example",
    "/\\evil",
  ];
  for (const each of [...bad, "", "https:", "https:///x", "vbscript:x", null, undefined]) {
    expect(safeHref(each)).toBeNull();
  }
});

test("whatever it keeps, a browser reads as http, https or this site", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.string().map((tail) => `/${tail}`),
      ),
      (text) => {
        const kept = safeHref(text);
        if (kept === null) return;
        const base = "https://windlass.example";
        if (!URL.canParse(kept, base)) return;
        const url = new URL(kept, base);
        expect(["http:", "https:"]).toContain(url.protocol);
        if (kept.startsWith("/")) expect(url.origin).toBe(base);
      },
    ),
  );
});
