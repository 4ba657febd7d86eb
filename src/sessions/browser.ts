/** Owns the few words by which people know their browsers again. */
import { readableLine } from "../base/line.ts";

/** The first that fits: each of them also bears the names of those below it. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(e|A|iOS)?\//, "Edge"],
  [/\b(OPR|Opera)\//, "Opera"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\b(Chrome|CriOS|HeadlessChrome)\//, "Chrome"],
  [/\bVersion\/[\d.]+.* Safari\//, "Safari"],
];

const systems: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bMac OS X\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

const mostCharacters = 60;

/** `Firefox on Linux`; of a program its first word, such as `curl/8.5.0`; null when nothing readable was said. */
export function describeBrowser(userAgent: string | null | undefined): string | null {
  const said = (userAgent ?? "").slice(0, 1_000);
  const nameIn = (list: typeof browsers) => list.find(([pattern]) => pattern.test(said))?.[1];
  const [browser, system] = [nameIn(browsers), nameIn(systems)];
  if (browser !== undefined) return system === undefined ? browser : `${browser} on ${system}`;
  const [word = ""] = readableLine(said).split(/\s/u);
  return word === "" ? null : [...word].slice(0, mostCharacters).join("");
}
