import { expect, test } from "vitest";
import { frozenClock } from "../../tests/frozen-clock.ts";
import { createBuckets } from "./buckets.ts";

function open(rates: { perClientPerMinute?: number; totalPerMinute?: number } = {}) {
  const clock = frozenClock();
  const buckets = createBuckets(clock, { perClientPerMinute: 6, totalPerMinute: 100, ...rates });
  const taken = (client: string | readonly string[], times: number) =>
    Array.from({ length: times }, () => buckets.take([client].flat()).isAllowed).filter(Boolean).length;
  return { clock, buckets, taken };
}

test("a client has a minute's worth at once, and then one for each sixth of a minute", () => {
  const { clock, buckets, taken } = open();
  expect(taken("a", 10)).toBe(6);
  expect(buckets.take(["a"])).toMatchObject({
    name: "client",
    left: 0,
    retryAfterSeconds: 10,
    fullInSeconds: 60,
  });
  clock.advance(9.9);
  expect(taken("a", 1)).toBe(0);
  clock.advance(0.1);
  expect(taken("a", 5)).toBe(1);
  clock.advance(3_600);
  expect(taken("a", 10)).toBe(6);
});

test("one client's flood leaves another alone, and takes nothing from the total beyond its own", () => {
  const { taken } = open({ totalPerMinute: 12 });
  expect(taken("a", 1_000)).toBe(6);
  expect(taken("b", 1_000)).toBe(6);
  expect(taken("c", 1)).toBe(0);
});

test("who cannot be told from others has the total alone", () => {
  const { buckets, taken } = open({ totalPerMinute: 50 });
  expect(taken([], 60)).toBe(50);
  expect(buckets.take([])).toMatchObject({ name: "total", isAllowed: false, retryAfterSeconds: 2 });
});

test("a network around many clients has what ten of them have, and no flood of it reaches the total", () => {
  const { buckets, taken } = open({ totalPerMinute: 100 });
  let allowed = 0;
  for (let site = 0; site < 100; site += 1) allowed += taken([`2001:db8:1:${site}`, "2001:db8:1"], 6);
  expect(allowed).toBe(60);
  const refused = { name: "network", quota: 60, left: 0, isAllowed: false, retryAfterSeconds: 1 };
  expect(buckets.take(["2001:db8:1:100", "2001:db8:1"])).toMatchObject(refused);
  expect(buckets.look(["2001:db8:1:100", "2001:db8:1"])).toMatchObject(refused);
  expect(taken(["2001:db8:2:1", "2001:db8:2"], 6)).toBe(6);
});

test("a look takes nothing, and remembers nobody", () => {
  const { buckets, taken } = open();
  for (let index = 0; index < 20; index += 1) expect(buckets.look(["a"]).isAllowed).toBe(true);
  expect(taken("a", 10)).toBe(6);
  expect(buckets.look(["a"]).isAllowed).toBe(false);
});

test("a clock that is set back fills nothing", () => {
  const { clock, taken } = open();
  taken("a", 6);
  clock.advance(-3_600);
  expect(taken("a", 1)).toBe(0);
  clock.advance(10);
  expect(taken("a", 2)).toBe(1);
});

test("a million clients are remembered no more than the latest twenty thousand", () => {
  const { taken } = open({ perClientPerMinute: 2, totalPerMinute: 100_000_000 });
  taken("first", 2);
  for (let index = 0; index < 20_000; index += 1) taken(`client ${index}`, 1);
  expect(taken("first", 3)).toBe(2);
  expect(taken("client 19999", 3)).toBe(1);
});
