import { expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { storageErrors } from "../storage/errors.ts";
import { createCrowd } from "./crowd.ts";

/** A crowd whose answers come when they are told to: `come()` for the answer, `end()` for the whole of it. */
function open() {
  const crowd = createCrowd<{ readonly number: number; readonly whole: Promise<void> }>(({ whole }) => whole);
  let asked = 0;
  const join = (id = "con_1") => {
    const [coming, whole] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const answer = crowd.join(id, async () => {
      const number = ++asked;
      await coming.promise;
      return { number, whole: whole.promise };
    });
    return { answer, come: coming.resolve, fail: coming.reject, end: whole.resolve };
  };
  return { crowd, join };
}

test("who comes while somebody asks, or before all of the answer is there, gets that one's answer", async () => {
  const { join } = open();
  const first = join();
  const second = join();
  first.come();
  expect([(await first.answer).number, (await second.answer).number]).toEqual([1, 1]);
  expect((await join().answer).number).toBe(1);
  first.end();
  await new Promise(setImmediate);
  const later = join();
  later.come();
  expect((await later.answer).number).toBe(2);
});

test("after a change everybody asks anew, and the old question's end is not the new one's", async () => {
  const { crowd, join } = open();
  const before = join();
  crowd.renew("con_1");
  const after = join();
  before.come();
  before.end();
  await new Promise(setImmediate);
  const beside = join();
  after.come();
  expect([(await after.answer).number, (await beside.answer).number]).toEqual([2, 2]);
});

test("another connection is another question", async () => {
  const { join } = open();
  const [one, other] = [join("con_1"), join("con_2")];
  one.come();
  other.come();
  expect([(await one.answer).number, (await other.answer).number]).toEqual([1, 2]);
});

test("a question that failed fails for all who asked it, and is asked anew", async () => {
  const { join } = open();
  const first = join();
  const second = join();
  const failures = [failureOf(first.answer), failureOf(second.answer)];
  first.fail(storageErrors.fail("storage.unreachable"));
  expect((await Promise.all(failures)).map(({ code }) => code)).toEqual([
    "storage.unreachable",
    "storage.unreachable",
  ]);
  const later = join();
  later.come();
  expect((await later.answer).number).toBe(2);
});
