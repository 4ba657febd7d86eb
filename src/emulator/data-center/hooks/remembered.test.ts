import { expect, test } from "vitest";
import { forgetOld } from "./remembered.ts";
import type { DcInvocation } from "./state.ts";

function invocation(id: number, status: number, hookId = 1): DcInvocation {
  return {
    ...{ id, hookId, event: "repo:refs_changed", url: "http://x/", body: "0123456789", requestId: "r" },
    ...{ at: new Date(0), headers: {} },
    outcome: { kind: "answered", status, headers: {}, body: "answer", milliseconds: 1 },
  };
}

const bodies = (all: readonly DcInvocation[]) =>
  all.map(({ id, body }) => [id, body === "" ? "gone" : "kept"]);

test("bodies of what a newer delivery stands for are forgotten first, and every delivery still counts", () => {
  const all = [invocation(1, 500), invocation(2, 200), invocation(3, 200), invocation(4, 200)];
  forgetOld(all, { invocations: 10, characters: 48 });
  expect(bodies(all)).toEqual([
    [1, "kept"],
    [2, "gone"],
    [3, "kept"],
    [4, "kept"],
  ]);
  forgetOld(all, { invocations: 10, characters: 32 });
  expect(bodies(all).map(([, body]) => body)).toEqual(["kept", "gone", "gone", "kept"]);
  expect(all[1]?.outcome).toMatchObject({ status: 200, body: "" });
});

test("what is still too much, or too many, is forgotten from the oldest on; the newest stays", () => {
  const all = [invocation(1, 200, 1), invocation(2, 200, 2), invocation(3, 200, 3)];
  forgetOld(all, { invocations: 10, characters: 20 });
  expect(bodies(all)).toEqual([[3, "kept"]]);
  forgetOld(all, { invocations: 10, characters: 1 });
  expect(all).toHaveLength(1);
  const many = [1, 2, 3].map((id) => invocation(id, 200));
  forgetOld(many, { invocations: 2, characters: 1000 });
  expect(many.map(({ id }) => id)).toEqual([2, 3]);
});
