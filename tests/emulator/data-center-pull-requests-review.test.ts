/** A Data Center's pull requests reviewed, commented, merged, declined, deleted and moved by pushes. */
import { afterEach, expect, test } from "vitest";
import { git as plainGit, withUser } from "../clients/plain-git.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { bodyOf, callerAt, dataCenterOf } from "./data-center.ts";
import { all, place, refused, send, told, type Workshop, workshop } from "./dc-pull-requests.ts";

const shops: Workshop[] = [];
afterEach(async () => {
  for (const shop of shops.splice(0)) await shop.emulator.close();
});
async function begin(...rules: Parameters<typeof workshop>): Promise<Workshop> {
  const shop = await workshop(...rules);
  shops.push(shop);
  return shop;
}
const tipOf = async ({ john }: Workshop, branch: string) => {
  const { values } = await bodyOf(john(`${place}/branches?filterText=${branch}`));
  return (values as unknown as { latestCommit: string }[])[0]?.latestCommit; // as a branch has it
};
const post = (shop: Workshop, path: string, call = shop.john) => call(`${all}${path}`, { method: "POST" });
const actions = async ({ john }: Workshop, id = 1) =>
  ((await bodyOf(john(`${all}/${id}/activities`))).values as unknown as { action: string }[]).map(
    ({ action }) => action,
  );

test("D35: approval, its end, and changes asked for, each by the person alone and never by the author", async () => {
  const shop = await begin();
  const { fromRef } = await told(shop.open("feature"));
  const me = "/1/participants/jane.doe_example.com";
  expect(await told(post(shop, "/1/approve", shop.jane))).toMatchObject({
    ...{ user: { name: "jane.doe@example.com" }, role: "PARTICIPANT", approved: true, status: "APPROVED" },
    lastReviewedCommit: fromRef.latestCommit,
  });
  expect(await told(send(shop.jane, "PUT", `${all}${me}`, { status: "NEEDS_WORK" }))).toMatchObject({
    ...{ approved: false, status: "NEEDS_WORK" },
  });
  const ended = await shop.jane(`${all}/1/approve`, { method: "DELETE" });
  expect([ended.status, (await told(ended)) as unknown]).toMatchObject([200, { status: "UNAPPROVED" }]);
  expect((await send(shop.john, "PUT", `${all}${me}`, { status: "APPROVED" })).status).toBe(401);
  expect((await send(shop.jane, "PUT", `${all}${me}`, { status: "GREAT" })).status).toBe(400);
  const old = { status: "APPROVED", lastReviewedCommit: "1".repeat(40) };
  expect((await refused(send(shop.jane, "PUT", `${all}${me}`, old))).status).toBe(409);
  expect((await post(shop, "/1/approve")).status).toBe(409);
  expect((await send(shop.john, "PUT", `${all}/1/participants/johndoe`, { status: "APPROVED" })).status).toBe(
    400,
  );
  expect((await shop.john(`${all}/1/approve`, { method: "DELETE" })).status).toBe(404);
  expect(await actions(shop)).toEqual(["UNAPPROVED", "REVIEWED", "APPROVED", "OPENED"]);
});

test("D35: reviewers are made and unmade by who may write, and stay participants", async () => {
  const shop = await begin();
  await shop.open("feature");
  const zoe = callerAt(dataCenterOf(shop.emulator), "Zoë+Müller");
  const body = { user: { name: "Zoë+Müller" }, role: "REVIEWER" };
  expect((await send(zoe, "POST", `${all}/1/participants`, body)).status).toBe(401);
  expect((await send(shop.jane, "POST", `${all}/1/participants`, { ...body, role: "AUTHOR" })).status).toBe(
    400,
  );
  expect(await told(send(shop.jane, "POST", `${all}/1/participants`, body))).toMatchObject({
    role: "REVIEWER",
  });
  const roles = async () => (await told(shop.john(`${all}/1/participants`))).values.map(({ role }) => role);
  expect(await roles()).toEqual(["AUTHOR", "REVIEWER"]);
  const slug = (await bodyOf(shop.john("/rest/api/latest/users?filter=Zo"))).values[0]?.slug;
  const removed = await shop.jane(`${all}/1/participants/${slug}`, { method: "DELETE" });
  expect([removed.status, await roles()]).toEqual([204, ["AUTHOR", "PARTICIPANT"]]);
  await send(shop.jane, "POST", `${all}/1/participants`, body);
  const again = await shop.jane(`${all}/1/participants?username=${encodeURIComponent("Zoë+Müller")}`, {
    method: "DELETE",
  });
  expect([again.status, await roles()]).toEqual([204, ["AUTHOR", "PARTICIPANT"]]);
});

test("D35: comments have versions, answers and anchors; tasks are comments that block", async () => {
  const shop = await begin();
  const { fromRef, toRef } = await told(shop.open("feature"));
  const comments = `${all}/1/comments`;
  const zoe = callerAt(dataCenterOf(shop.emulator), "Zoë+Müller");
  const first = await send(zoe, "POST", comments, { text: "Why?" });
  expect([first.status, await told(first)]).toMatchObject([
    201,
    { id: 1, version: 0, text: "Why?", severity: "NORMAL", state: "OPEN", comments: [] },
  ]);
  const line = { path: "a.txt", line: 2, lineType: "ADDED", fileType: "TO" };
  expect(await told(send(shop.jane, "POST", comments, { text: "Here.", anchor: line }))).toMatchObject({
    anchor: {
      ...{ line: 2, lineType: "ADDED", fileType: "TO", diffType: "EFFECTIVE" },
      ...{ fromHash: toRef.latestCommit, toHash: fromRef.latestCommit, path: { toString: "a.txt" } },
    },
  });
  await send(shop.john, "POST", comments, { text: "Because.", parent: { id: 1 } });
  expect(await told(shop.john(`${comments}/1`))).toMatchObject({ comments: [{ id: 3, text: "Because." }] });
  expect((await shop.john(comments)).status).toBe(400);
  expect((await told(shop.john(`${comments}?path=a.txt`))).values.map(({ id }) => id)).toEqual([2]);
  const turned = {
    ...line,
    fromHash: fromRef.latestCommit,
    toHash: toRef.latestCommit,
    diffType: "EFFECTIVE",
  };
  expect(await refused(send(shop.john, "POST", comments, { text: "x", anchor: turned }))).toMatchObject({
    ...{ status: 409, exceptionName: "PullRequestOutOfDateException" },
  });
  expect((await send(shop.john, "POST", comments, { text: " " })).status).toBe(400);
  expect((await send(shop.john, "POST", comments, { text: "x", parent: { id: 77 } })).status).toBe(404);

  expect((await send(shop.john, "PUT", `${comments}/1`, { version: 0, text: "Mine" })).status).toBe(401);
  expect(await told(send(zoe, "PUT", `${comments}/1`, { version: 0, text: "How?" }))).toMatchObject({
    version: 1,
  });
  expect(await refused(send(zoe, "PUT", `${comments}/1`, { version: 0, text: "Again" }))).toMatchObject({
    ...{ status: 409, exceptionName: "CommentOutOfDateException", currentVersion: 1, expectedVersion: 0 },
  });
  const remove = (id: number, version: number, call = shop.john) =>
    call(`${comments}/${id}?version=${version}`, { method: "DELETE" });
  expect((await remove(1, 1)).status).toBe(409);
  expect((await remove(3, 0, zoe)).status).toBe(401);
  expect((await remove(3, 0)).status).toBe(204);
  expect((await remove(1, 1)).status).toBe(204);
  expect((await shop.john(`${comments}/1`)).status).toBe(404);

  await send(shop.jane, "POST", `${all}/1/blocker-comments`, { text: "Do this" });
  await send(shop.jane, "PUT", `${all}/1/blocker-comments/4`, { version: 0, state: "RESOLVED" });
  const counts = await shop.john(`${all}/1/blocker-comments?count=true`);
  expect(await counts.json()).toEqual({ OPEN: 0, RESOLVED: 1 });
  expect(await told(shop.john(`${all}/1/blocker-comments/4`))).toMatchObject({ state: "RESOLVED" });
  const made = await told(send(shop.john, "POST", `${all}/1/blocker-comments`, { text: "And that" }));
  const gone = await shop.john(`${all}/1/blocker-comments/${made.id}?version=0`, { method: "DELETE" });
  expect(gone.status).toBe(204);
  expect((await told(shop.john(all))).values[0]?.properties).toEqual({
    ...{ resolvedTaskCount: 1, commentCount: 2, openTaskCount: 0 },
  });
  expect(await actions(shop)).toEqual(["COMMENTED", "COMMENTED", "OPENED"]);
});

test("D35: a merge is made in git, on a copy, with the branch moved and the commit named", async () => {
  const shop = await begin();
  const opened = await told(shop.open("feature"));
  const { canMerge, ...rest } = (await (await shop.john(`${all}/1/merge`)).json()) as { canMerge: boolean };
  expect([canMerge, rest]).toEqual([true, { conflicted: false, outcome: "CLEAN", vetoes: [] }]);
  expect(await refused(post(shop, "/1/merge"))).toMatchObject({ status: 409, expectedVersion: -1 });
  const merged = await told(post(shop, "/1/merge?version=0"));
  const tip = await tipOf(shop, "main");
  expect(merged).toMatchObject({
    ...{ state: "MERGED", open: false, closed: true, version: 1, closedDate: expect.any(Number) },
    ...{ properties: { mergeCommit: { id: tip } }, toRef: { latestCommit: opened.toRef.latestCommit } },
  });
  const commit = await bodyOf(shop.john(`${place}/commits/${tip}`));
  expect(commit).toMatchObject({
    ...{ author: { name: "johndoe" }, committer: { name: "johndoe" } },
    message: expect.stringMatching(
      /^Pull request #1: Take feature\n\nMerge in ACME\/widgets from feature to main\n\n\* commit '[0-9a-f]{40}':\n {2}Newer\n/,
    ),
    parents: [{ id: opened.toRef.latestCommit }, { id: opened.fromRef.latestCommit }],
  });
  const text = await (await shop.john(`${place}/raw/a.txt`)).text();
  expect(text.split("\n").filter((line) => ["two", "twelve"].includes(line))).toEqual(["two", "twelve"]);
  expect((await bodyOf(shop.john(`${all}/1/commits`))).values).toHaveLength(2);
  expect(await refused(post(shop, "/1/merge?version=1"))).toMatchObject({
    ...{ status: 409, exceptionName: "IllegalPullRequestStateException" },
  });
  for (const [method, path] of [
    ["GET", "/1/merge"],
    ["POST", "/1/decline?version=1"],
    ["POST", "/1/reopen?version=1"],
    ["POST", "/1/approve"],
  ] as const)
    expect((await shop.jane(`${all}${path}`, { method })).status, path).toBe(409);
  expect(await refused(send(shop.john, "DELETE", `${all}/1`, { version: 1 }))).toMatchObject({
    message: "This pull request has already been merged and cannot be deleted.",
  });
  expect(await actions(shop)).toEqual(["MERGED", "OPENED"]);
});

test("D35: conflicts and drafts cannot be merged, and a GET says so before", async () => {
  const shop = await begin();
  await shop.open("clash");
  expect(await (await shop.john(`${all}/1/merge`)).json()).toEqual({
    ...{ canMerge: false, conflicted: true, outcome: "CONFLICTED", vetoes: [] },
  });
  expect(await refused(post(shop, "/1/merge?version=0"))).toMatchObject({
    ...{ status: 409, exceptionName: "PullRequestMergeVetoedException", conflicted: true, vetoes: [] },
    message: "The pull request has conflicts and cannot be merged.",
  });
  expect((await told(shop.john(`${all}/1`))).state).toBe("OPEN");
  await shop.open("other", { draft: true });
  expect(await refused(post(shop, "/2/merge?version=0"))).toMatchObject({
    ...{ status: 409, conflicted: false, vetoes: [{ summaryMessage: expect.any(String) }] },
  });
  expect((await send(shop.john, "POST", `${all}/2/merge?version=0`, { strategyId: "best" })).status).toBe(
    400,
  );
});

test("D35: of two merges at once one wins, and the other is told that it came too late", async () => {
  const shop = await begin();
  await shop.open("feature");
  await shop.open("other");
  const both = await Promise.all([1, 1, 2].map((id) => post(shop, `/${id}/merge?version=0`)));
  expect(both.map(({ status }) => status).toSorted()).toContain(200);
  expect(both.every(({ status }) => [200, 409].includes(status))).toBe(true);
  expect(both.slice(0, 2).filter(({ status }) => status === 200)).toHaveLength(1);
});

test("D35: what was committed in the given folder itself is met by the merge, and merged", async () => {
  const shop = await begin();
  const folder = dataCenterOf(shop.emulator).repositories[0]?.path ?? "";
  const commitOn = async (branch: string, parents: readonly string[]) => {
    const from = parents.flatMap((each) => ["-p", each]);
    const tip = await plainGit(folder, "commit-tree", `${branch}^{tree}`, ...from, "-m", "By hand");
    await plainGit(folder, "update-ref", `refs/heads/${branch}`, tip.trim());
    return tip.trim();
  };
  for (const name of ["feature", "other", "clash"]) await shop.open(name);
  const [main, feature] = [await commitOn("main", ["main"]), await commitOn("feature", ["feature"])];
  await commitOn("main", ["main", "other"]);
  await plainGit(folder, "update-ref", "-d", "refs/heads/clash");
  for (const [id, word] of [
    [2, "merged"],
    [3, "declined"],
  ] as const)
    expect(await refused(post(shop, `/${id}/merge?version=0`))).toMatchObject({
      ...{ status: 409, exceptionName: "IllegalPullRequestStateException" },
      message: `This pull request has already been ${word} and cannot be merged.`,
    });
  const merged = await told(post(shop, "/1/merge?version=0"));
  expect(merged).toMatchObject({ state: "MERGED", version: 2, fromRef: { latestCommit: feature } });
  const tip = await tipOf(shop, "main");
  expect(await bodyOf(shop.john(`${place}/commits/${tip}`))).toMatchObject({
    parents: [{ id: merged.toRef.latestCommit }, { id: feature }],
  });
  expect(merged.toRef.latestCommit).not.toBe(main);
  expect(await actions(shop)).toEqual(["MERGED", "RESCOPED", "OPENED"]);
});

test("D35: each strategy leaves the history it is named for", async () => {
  const parents = async (strategyId: string, branch: string) => {
    const shop = await begin();
    await shop.open(branch);
    const answer = await send(shop.john, "POST", `${all}/1/merge?version=0`, {
      strategyId,
      message: "Own words",
    });
    if (answer.status !== 200) return answer.status;
    const { values } = await bodyOf(shop.john(`${place}/commits?limit=5`));
    return (values as unknown as { message: string; parents: object[] }[]).map(
      ({ message, parents: of }) => `${of.length} ${message.split("\n").at(-1)}`,
    );
  };
  expect((await parents("no-ff", "other")).toString()).toMatch(/^2 Own words/);
  expect(await parents("squash", "feature")).toEqual(["1 Own words", "1 Meanwhile", "0 First"]);
  expect(await parents("rebase-ff-only", "feature")).toEqual([
    "1 Newer",
    "1 At length.",
    "1 Meanwhile",
    "0 First",
  ]);
  expect((await parents("rebase-no-ff", "other")).toString()).toMatch(/^2 Own words/);
  expect(await parents("ff-only", "feature")).toBe(409);
});

test("D23: reading is enough to open, comment and approve; merging wants REPO_WRITE; a repository's token cannot", async () => {
  const shop = await begin();
  const token = async (body: object) => {
    const made = await fetch(`${shop.emulator.urls.control}/data-center/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return ((await made.json()) as { token: string }).token; // as control answers
  };
  const bearer =
    (text: string) =>
    (path: string, init: RequestInit = {}) =>
      shop.john(path, { ...init, headers: { ...init.headers, authorization: `Bearer ${text}` } });
  const reads = bearer(await token({ person: "johndoe", permissions: ["REPO_READ"] }));
  expect((await shop.open("feature", {}, reads)).status).toBe(201);
  expect((await send(reads, "POST", `${all}/1/comments`, { text: "Look" })).status).toBe(201);
  expect((await post(shop, "/1/merge?version=0", reads)).status).toBe(401);
  const robot = bearer(await token({ repository: "ACME/widgets", permissions: ["REPO_ADMIN"] }));
  expect(await told(shop.open("other", {}, robot))).toMatchObject({
    author: { user: { name: expect.stringContaining("access-token-user/"), type: "SERVICE" } },
  });
  expect((await post(shop, "/2/merge?version=0", robot)).status).toBe(401);
  const writes = bearer(await token({ person: "johndoe", permissions: ["REPO_WRITE"] }));
  expect((await post(shop, "/1/merge?version=0", writes)).status).toBe(200);
});

test("D29: a form never changes a pull request, nor does a browser", async () => {
  const shop = await begin();
  await shop.open("feature");
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const init = { method: "POST", headers: form, body: "version=0" };
  expect((await shop.john(`${all}/1/merge?version=0`, init)).status).toBe(403);
  const browser = { "user-agent": "Mozilla/5.0" };
  expect((await shop.john(`${all}/1/decline?version=0`, { method: "POST", headers: browser })).status).toBe(
    403,
  );
  const checked = { ...browser, "x-atlassian-token": "no-check" };
  expect((await shop.john(`${all}/1/decline?version=0`, { method: "POST", headers: checked })).status).toBe(
    200,
  );
});

test("D35: declined, open again, and deleted, each once and by its version", async () => {
  const shop = await begin();
  await shop.open("feature");
  const zoe = callerAt(dataCenterOf(shop.emulator), "Zoë+Müller");
  expect((await post(shop, "/1/decline?version=0", zoe)).status).toBe(401);
  expect(await told(post(shop, "/1/decline?version=0"))).toMatchObject({
    state: "DECLINED",
    version: 1,
    closed: true,
  });
  expect((await post(shop, "/1/decline?version=1")).status).toBe(409);
  expect((await shop.open("feature")).status).toBe(201);
  expect((await refused(post(shop, "/1/reopen?version=1"))).exceptionName).toBe(
    "DuplicatePullRequestException",
  );
  expect((await refused(send(shop.john, "DELETE", `${all}/2`, { version: 9 }))).exceptionName).toBe(
    "PullRequestOutOfDateException",
  );
  expect((await send(shop.jane, "DELETE", `${all}/2`, { version: 0 })).status).toBe(401);
  expect((await send(shop.john, "DELETE", `${all}/2`, { version: 0 })).status).toBe(204);
  expect((await shop.john(`${all}/2`)).status).toBe(404);
  const again = await told(post(shop, "/1/reopen?version=1"));
  expect(again).toMatchObject({ state: "OPEN", version: 2 });
  expect(again).not.toHaveProperty("closedDate");
  expect((await told(shop.open("other"))).id).toBe(3);
  expect(await actions(shop)).toEqual(["REOPENED", "DECLINED", "OPENED"]);
});

test("D35: a push moves what is open, declines what lost its branch, and merges what the target has", async () => {
  const shop = await begin();
  const folder = await temporaryFolder();
  for (const name of ["feature", "other", "clash"]) await shop.open(name);
  const { url, people } = dataCenterOf(shop.emulator);
  const password = people.find(({ name }) => name === "johndoe")?.password ?? "";
  const clone = `${folder.path}/clone`;
  await plainGit(
    ".",
    "clone",
    "--quiet",
    withUser(`${url}/scm/acme/widgets.git`, "johndoe", password),
    clone,
  );
  await plainGit(clone, "checkout", "--quiet", "feature");
  await plainGit(clone, "commit", "--quiet", "--allow-empty", "-m", "More");
  const before = await told(shop.john(`${all}/1`));
  await plainGit(clone, "push", "--quiet", "origin", "feature", ":clash");
  const after = await told(shop.john(`${all}/1`));
  expect([after.version, after.fromRef.latestCommit]).toEqual([1, await tipOf(shop, "feature")]);
  expect(after.fromRef.latestCommit).not.toBe(before.fromRef.latestCommit);
  const [rescoped] = (await bodyOf(shop.john(`${all}/1/activities`))).values as readonly object[];
  expect(rescoped).toMatchObject({
    ...{
      action: "RESCOPED",
      fromHash: after.fromRef.latestCommit,
      previousFromHash: before.fromRef.latestCommit,
    },
    ...{ added: { total: 1 }, removed: { total: 0, commits: [] } },
  });
  expect((await told(shop.john(`${all}/3`))).state).toBe("DECLINED");
  await plainGit(clone, "checkout", "--quiet", "main");
  await plainGit(clone, "merge", "--quiet", "--no-edit", "origin/other");
  await plainGit(clone, "push", "--quiet", "origin", "main");
  expect(await told(shop.john(`${all}/2`))).toMatchObject({ state: "MERGED" });
  const moved = await told(shop.john(`${all}/1`));
  expect([moved.state, moved.toRef.latestCommit]).toEqual(["OPEN", await tipOf(shop, "main")]);
  await folder.remove();
});

test("reset takes every pull request and every merge away", async () => {
  const shop = await begin();
  await shop.open("feature");
  const tip = await tipOf(shop, "main");
  await post(shop, "/1/merge?version=0");
  await shop.emulator.reset();
  expect((await told(shop.john(`${all}?state=ALL`))).values).toEqual([]);
  expect(await tipOf(shop, "main")).toBe(tip);
  expect((await told(shop.open("feature"))).id).toBe(1);
});
