import { expect, test } from "vitest";
import { fc } from "../../tests/property.ts";
import { describeBrowser } from "./browser.ts";

test.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
    "Edge on Windows",
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Chrome on macOS",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
    "Safari on iPhone",
  ],
  [
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
    "Samsung Internet on Android",
  ],
  ["curl/8.5.0", "curl/8.5.0"],
  ["node", "node"],
  ["", null],
  [undefined, null],
  ["\u202e\u0000", null],
])("%s is known as %s", (userAgent, words) => {
  expect(describeBrowser(userAgent)).toBe(words);
});

test("whatever a browser says of itself is one short readable line, found in no time", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (userAgent) => {
      expect(describeBrowser(userAgent) ?? "x").toMatch(/^[^\p{Cc}\p{Cs}\p{Bidi_Control}]{1,120}$/u);
    }),
  );
  expect(describeBrowser("Version/1".repeat(1_000_000))).toHaveLength(60);
});
