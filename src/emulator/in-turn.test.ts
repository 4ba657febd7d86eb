import { expect, test } from "vitest";
import { inTurn } from "./in-turn.ts";

test("every step is taken in turn though some fail, and the first failure is thrown", async () => {
  const taken: string[] = [];
  const step = (name: string, failure?: Error) => async () => {
    await new Promise((resolve) => setImmediate(resolve));
    taken.push(name);
    if (failure !== undefined) throw failure;
  };
  const first = new Error("first");
  const ended = inTurn([
    step("ports"),
    step("deliveries", first),
    step("git", new Error("second")),
    () => {
      throw new Error("third");
    },
    step("folder"),
  ]);
  await expect(ended).rejects.toBe(first);
  expect(taken).toEqual(["ports", "deliveries", "git", "folder"]);
  await inTurn([step("again")]);
  expect(taken).toContain("again");
});
