import { expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { storageErrors } from "../storage/errors.ts";
import { type GroupEnd, inGroups } from "./groups.ts";

type Work = () => string;

/** Runs groups of works, remembers how large each was, and ends one with the first failure in it. */
function openRunner(mostTogether = 10) {
  const sizes: number[] = [];
  let running = 0;
  const run = async (works: readonly Work[]): Promise<GroupEnd> => {
    sizes.push(works.length);
    running += 1;
    expect(running).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running -= 1;
    try {
      return { results: works.map((work) => work()) };
    } catch (error) {
      return { undoneBy: error };
    }
  };
  return { sizes, give: inGroups(run, mostTogether) };
}

test("what waits at the same time runs together, in the order it came, and each gets its own result", async () => {
  const { sizes, give } = openRunner();
  const done: string[] = [];
  const all = Array.from({ length: 25 }, (_, index) =>
    give(() => `${index}`).then((result) => done.push(String(result))),
  );
  await Promise.all(all);
  expect(sizes).toEqual([10, 10, 5]);
  expect(done).toEqual(Array.from({ length: 25 }, (_, index) => `${index}`));
});

test("one that throws fails alone: the others of its group run again without it", async () => {
  const { sizes, give } = openRunner();
  const settled = await Promise.allSettled([
    give(() => "one"),
    give(() => {
      throw new Error("two");
    }),
    give(() => "three"),
  ]);
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(sizes).toEqual([3, 1, 1, 1]);
  expect(await give(() => "later")).toBe("later");
});

test("a failure of the database is everybody's, and is not tried again for each", async () => {
  const { sizes, give } = openRunner();
  const fail = () => {
    throw storageErrors.fail("storage.full");
  };
  const codes = await Promise.all(
    [give(fail), give(fail), give(fail)].map(async (each) => (await failureOf(each)).code),
  );
  expect(codes).toEqual(["storage.full", "storage.full", "storage.full"]);
  expect(sizes).toEqual([3]);
});

test("a group that met another process is halved, and those behind it are small until it goes well", async () => {
  const sizes: number[] = [];
  let meets = 2;
  const give = inGroups<Work>(async (works) => {
    sizes.push(works.length);
    if (works.length > 1 && meets-- > 0) return { metAnother: true };
    return { results: works.map((work) => work()) };
  }, 8);
  const names = Array.from({ length: 20 }, (_, index) => `${index}`);
  expect(await Promise.all(names.map((name) => give(() => name)))).toEqual(names);
  // 8 met another, so did its first half; what waits behind is taken in growing groups again.
  expect(sizes).toEqual([8, 4, 2, 2, 4, 8, 4]);
});

test("where the run itself fails all of the group have failed, and the next group runs", async () => {
  let isDown = true;
  const give = inGroups<Work>(async (works) => {
    if (isDown) throw new Error("no commit");
    return { results: works.map((work) => work()) };
  }, 10);
  const settled = await Promise.allSettled([give(() => "one"), give(() => "two")]);
  expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  isDown = false;
  expect(await give(() => "three")).toBe("three");
});
