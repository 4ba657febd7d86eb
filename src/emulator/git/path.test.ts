import { expect, test } from "vitest";
import { pathInDiff, pathInUrl, pathOfBytes, pathOfText, pathOfUrl, pathspec, pathText } from "./path.ts";
import { isReferenceName } from "./references.ts";

const every = Array.from({ length: 255 }, (_, index) => index + 1);

test("every byte survives the way into a URL and back", () => {
  const path = pathOfBytes(Uint8Array.from(every));
  expect(pathOfUrl(pathInUrl(path))).toBe(path);
  expect(pathInUrl(path)).toMatch(/^[A-Za-z0-9\-._~/%]+$/);
});

test("a percent sign without two digits stands for itself", () => {
  expect(pathOfUrl("100%.txt")).toBe("100%.txt");
  expect(pathOfUrl("a%2fb%zz")).toBe("a/b%zz");
});

test("text is UTF-8, and bytes that are none become U+FFFD", () => {
  expect(pathText(pathOfText("naïve 日本"))).toBe("naïve 日本");
  expect(pathText(pathOfUrl("caf%E9"))).toBe("caf\ufffd");
});

test("a diff's quoting is git's", () => {
  expect(pathInDiff(pathOfText("plain name.txt"))).toBe("plain name.txt");
  expect(pathInDiff(pathOfText('q"\\\t\n\r\x07\x01é'))).toBe('"q\\"\\\\\\t\\n\\r\\a\\001\\303\\251"');
});

test("a pathspec is literal, or matches unknown bytes one by one", () => {
  expect(pathspec(pathOfText("a*b/"))).toBe(":(top,literal)a*b");
  expect(pathspec(pathOfUrl("a*%E9"))).toBe(":(top,glob)a\\*?");
  expect(pathspec(pathOfText("x"), ["exclude"])).toBe(":(top,literal,exclude)x");
});

test("only what git takes for a branch is taken for one", () => {
  for (const name of ["main", "feature/x", "a.b", "日本", "release-1.0"])
    expect([name, isReferenceName(name)]).toEqual([name, true]);
  for (const name of [
    "",
    "-x",
    "a..b",
    "a b",
    "a\nb",
    "a~1",
    "a^",
    "a:b",
    "a?",
    "a*",
    "a[",
    "a\\b",
    "@",
    "a@{0}",
    "/a",
    "a/",
    "a//b",
    ".a",
    "a/.b",
    "a.lock",
    "a.",
  ]) {
    expect([name, isReferenceName(name)]).toEqual([name, false]);
  }
});
