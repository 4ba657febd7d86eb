import { expect, test } from "vitest";
import { createGathering } from "./gathering.ts";

/** Somebody who is on the way until they are let in, and then gathers; `isHere` once they may go on. */
function traveller(gathering: ReturnType<typeof createGathering>) {
  const way = Promise.withResolvers<void>();
  const self = { isHere: false, letIn: way.resolve, failAtTheDoor: way.reject, done: Promise.resolve() };
  self.done = gathering
    .arriving(() => way.promise)
    .then(() => gathering.gather())
    .then(() => {
      self.isHere = true;
    });
  return self;
}

const aMoment = () => new Promise((resolve) => setImmediate(resolve));

test("whoever comes alone waits for nobody", async () => {
  const gathering = createGathering();
  const alone = traveller(gathering);
  alone.letIn();
  await aMoment();
  expect(alone.isHere).toBe(true);
});

test("those who are on the way at the same time go on together, when the last has come", async () => {
  const gathering = createGathering();
  const [first, second, third] = [traveller(gathering), traveller(gathering), traveller(gathering)];
  first.letIn();
  second.letIn();
  await aMoment();
  expect([first.isHere, second.isHere]).toEqual([false, false]);
  third.letIn();
  await aMoment();
  expect([first.isHere, second.isHere, third.isHere]).toEqual([true, true, true]);
});

test("one who is refused holds up nobody, and one who takes long holds them up for a moment only", async () => {
  const gathering = createGathering();
  const [refused, here] = [traveller(gathering), traveller(gathering)];
  here.letIn();
  refused.failAtTheDoor(new Error("no person"));
  await expect(refused.done).rejects.toThrow("no person");
  await aMoment();
  expect(here.isHere).toBe(true);
  const [slow, next] = [traveller(gathering), traveller(gathering)];
  next.letIn();
  await next.done;
  expect(slow.isHere).toBe(false);
  slow.letIn();
  await slow.done;
});
