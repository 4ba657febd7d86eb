import { expect, test } from "vitest";
import { clockText, count, counted, dayText, moment, momentText } from "./moments.ts";

const date = new Date("2026-11-02T04:05:59.999Z");

test("times read in UTC with the zone shown, whatever the machine's own zone", () => {
  expect(dayText(date)).toBe("2 Nov 2026");
  expect(clockText(date)).toBe("04:05 UTC");
  expect(momentText(date)).toBe("2 Nov 2026, 04:05 UTC");
  expect(String(moment(date))).toContain('datetime="2026-11-02T04:05:59.999Z"');
});

test("a date that is none reads as unknown and throws nothing", () => {
  expect(String(moment(new Date(Number.NaN)))).toBe("<span>unknown</span>");
  expect(clockText(new Date(Number.NaN))).toBe("unknown");
});

test("numbers are grouped by thousands and nouns agree", () => {
  expect([0, 999, 1000, 1234567].map(count)).toEqual(["0", "999", "1,000", "1,234,567"]);
  expect(counted(1, "repository", "repositories")).toBe("1 repository");
  expect(counted(2000, "commit")).toBe("2,000 commits");
});
