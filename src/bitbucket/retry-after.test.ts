import { expect, test } from "vitest";
import { shiftableClock } from "../base/clock.ts";
import { retryAfterSeconds } from "./retry-after.ts";

const clock = shiftableClock(new Date("2026-11-20T10:00:00Z"));
const read = (headers: Record<string, string>) => retryAfterSeconds(new Headers(headers), clock);

test("reads seconds, and a date against the answer's own date, else against our clock", () => {
  expect(read({ "retry-after": "120" })).toBe(120);
  expect(read({ "retry-after": " 0 " })).toBe(0);
  const date = "Wed, 01 Jan 2020 00:00:10 GMT";
  expect(read({ "retry-after": "Wed, 01 Jan 2020 00:01:10 GMT", date })).toBe(60);
  expect(read({ "retry-after": "Fri, 20 Nov 2026 10:02:00 GMT" })).toBeGreaterThan(110);
  expect(read({ "retry-after": "Wed, 01 Jan 2020 00:00:00 GMT", date })).toBe(0);
});

test("knows nothing when the header is missing or says nothing usable", () => {
  for (const value of ["", "soon", "-5", "1e9", "99999999999999999999"]) {
    expect(read(value === "" ? {} : { "retry-after": value })).toBeUndefined();
  }
});
