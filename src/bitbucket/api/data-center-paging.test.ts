import { expect, test } from "vitest";
import { failureOf } from "../../../tests/failure.ts";
import { allStartValues } from "./data-center-paging.ts";

test("F4: a list without an end is given up, however its pages go on", async () => {
  let asked = 0;
  const get = async () => {
    asked += 1;
    return { values: [{ id: asked, key: `K${asked}` }], isLastPage: false, nextPageStart: asked };
  };
  const read = async () => {
    for await (const _ of allStartValues({ get }, "/projects"));
  };
  expect(await failureOf(read)).toMatchObject({ code: "bitbucket.malformed_answer" });
  expect(asked).toBe(1_000);
});
