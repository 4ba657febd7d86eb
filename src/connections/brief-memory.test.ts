import { expect, test } from "vitest";
import { anyCall } from "../../tests/find-among.ts";
import { shiftableClock } from "../base/clock.ts";
import { Secret } from "../base/secret.ts";
import { rememberBriefly } from "./brief-memory.ts";

test("calls within a second share one look, a rejection and a failure are never remembered", async () => {
  const clock = shiftableClock();
  const asked: (string | undefined)[] = [];
  let fails = false;
  const authorize = rememberBriefly(async ({ rejected }) => {
    asked.push(rejected?.reveal());
    if (fails) throw new Error("no access");
    return new Secret(`header ${asked.length}`);
  }, clock);

  const first = await authorize(anyCall);
  expect(await authorize(anyCall)).toBe(first);
  clock.advance(2);
  expect((await authorize(anyCall)).reveal()).toBe("header 2");
  expect((await authorize({ ...anyCall, rejected: first })).reveal()).toBe("header 3");
  expect((await authorize(anyCall)).reveal()).toBe("header 4");
  expect(asked).toEqual([undefined, undefined, "header 1", undefined]);

  clock.advance(2);
  fails = true;
  await expect(authorize(anyCall)).rejects.toThrow("no access");
  fails = false;
  expect((await authorize(anyCall)).reveal()).toBe("header 6");
});
