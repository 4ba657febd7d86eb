import { expect, test } from "vitest";
import { shiftableClock } from "../base/clock.ts";
import { resetSeconds, retryAfterSeconds, whenToTry } from "./retry-after.ts";

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

test("nobody is told to wait for longer than a day", () => {
  for (const value of ["999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
    expect(read({ "retry-after": value })).toBe(86_400);
});

test("says when to try again, relatively and absolutely", () => {
  const at = new Date("2026-11-20T23:59:30Z");
  expect(whenToTry(1, at)).toBe("Try again in 1 second, at 23:59:31 UTC.");
  expect(whenToTry(300, at)).toBe("Try again in 5 minutes, at 00:04:30 UTC.");
  expect(whenToTry(24 * 3600, at)).toBe("Try again in 24 hours, at 2026-11-21 23:59:30 UTC.");
  expect(whenToTry(1e15, at)).toBe("Try again later.");
});

test("takes x-ratelimit-reset as the seconds that are left", () => {
  expect(resetSeconds(new Headers({ "x-ratelimit-reset": "1800" }))).toBe(1800);
  for (const value of ["1795000000", "soon"]) {
    expect(resetSeconds(new Headers({ "x-ratelimit-reset": value }))).toBeUndefined();
  }
});
