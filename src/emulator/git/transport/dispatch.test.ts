import { expect, test } from "vitest";
import { openRepositories } from "../repositories.ts";
import { answerGit } from "./dispatch.ts";
import { callOf } from "./request.ts";

const serving = {
  repositories: openRepositories(),
  path: "/nowhere",
  manners: { seenRefs: [], partialClone: false, wantsByHash: false, mainBranchDeletable: false },
};

test("where nothing can be pushed a push is refused before its bytes are read, and dumb git always", async () => {
  const request = new Request("http://127.0.0.1/", { method: "POST", body: "0000" });
  const push = callOf("POST", "git-receive-pack", undefined);
  const begun = callOf("GET", "info/refs", "git-receive-pack");
  for (const call of [push, begun]) {
    expect(call).not.toBeNull();
    if (call !== null) expect((await answerGit(call, request, { serving, push: null })).status).toBe(403);
  }
  expect(request.bodyUsed).toBe(false);
  expect((await answerGit("dumb", request, { serving, push: null })).status).toBe(403);
});
