import { expect, test } from "vitest";
import { shiftableClock } from "./clock.ts";

test("starts where it is told and moves by the seconds it is advanced", () => {
  const clock = shiftableClock(new Date("2026-05-04T00:00:00Z"));
  const before = clock.now().getTime();
  clock.advance(7201);
  expect(clock.now().getTime() - before).toBeGreaterThanOrEqual(7_201_000);
  expect(clock.now().toISOString()).toMatch(/^2026-05-04T02:00/);
});

test("advancing wakes a sleeper whose time has come and leaves the others asleep", async () => {
  const clock = shiftableClock();
  let woken = "";
  const short = clock.sleep(60_000).then(() => {
    woken += "short ";
  });
  const stop = new AbortController();
  const long = clock.sleep(7_200_000, stop.signal).then(
    () => {
      woken += "long ";
    },
    () => {
      woken += "stopped";
    },
  );
  clock.advance(61);
  await short;
  expect(woken).toBe("short ");
  stop.abort(new Error("enough"));
  await long;
  expect(woken).toBe("short stopped");
});

test("a sleep that is already aborted rejects with the signal's reason", async () => {
  await expect(shiftableClock().sleep(10, AbortSignal.abort(new Error("no")))).rejects.toThrow("no");
});
