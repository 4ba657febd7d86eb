/** A Data Center's pull requests: opening, listing, changing, and what they bring, compared with plain git. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { bodyOf, callerAt, type DiffObject, dataCenterOf, refusalOf } from "./data-center.ts";
import { all, place, refused, send, told, type Workshop, workshop } from "./dc-pull-requests.ts";
import { git, gitLines } from "./served.ts";

let shop: Workshop;
let folder: string;
beforeAll(async () => {
  shop = await workshop();
  folder = dataCenterOf(shop.emulator).repositories[0]?.path ?? "";
});
afterAll(() => shop.emulator.close());
const hashOf = (name: string) => gitLines(folder, "rev-parse", name)[0] ?? "";

test("D35: a pull request is made with all its fields, and read again the same", async () => {
  const made = await shop.open("feature", {
    description: "Because.",
    reviewers: [{ user: { name: "jane.doe@example.com" } }],
  });
  expect(made.status).toBe(201);
  const pullRequest = await told(made);
  const { url } = dataCenterOf(shop.emulator);
  expect(pullRequest).toMatchObject({
    ...{ id: 1, version: 0, title: "Take feature", description: "Because.", state: "OPEN" },
    ...{ open: true, closed: false, locked: false, draft: false },
    createdDate: expect.any(Number),
    updatedDate: expect.any(Number),
    fromRef: {
      ...{ id: "refs/heads/feature", displayId: "feature", latestCommit: hashOf("feature") },
      repository: { slug: "widgets", project: { key: "ACME" } },
    },
    toRef: { id: "refs/heads/main", displayId: "main", latestCommit: hashOf("main") },
    author: { user: { name: "johndoe" }, role: "AUTHOR", approved: false, status: "UNAPPROVED" },
    reviewers: [{ user: { name: "jane.doe@example.com" }, role: "REVIEWER", approved: false }],
    participants: [],
    links: { self: [{ href: `${url}/projects/ACME/repos/widgets/pull-requests/1` }] },
  });
  expect(pullRequest).not.toHaveProperty("closedDate");
  expect(await told(shop.john(`${all}/1`))).toEqual(pullRequest);
  expect(await told(shop.john(`${all.replace("latest", "1.0")}/1`))).toEqual(pullRequest);
});

test("D35: what cannot be opened is refused by its field or by the name of its exception", async () => {
  expect(await refused(shop.open("feature"))).toMatchObject({
    status: 409,
    exceptionName: "DuplicatePullRequestException",
    message: "Only one pull request may be open for a given source and target branch",
    existingPullRequest: { id: 1 },
  });
  expect(await refused(shop.open("same"))).toMatchObject({
    status: 409,
    exceptionName: "EmptyPullRequestException",
    message: 'Branch "main" is already up-to-date with branch "same" in repository "widgets".',
  });
  const reviewers = ["nobody", "johndoe", "jane.doe@example.com"].map((name) => ({ user: { name } }));
  expect(await refused(shop.open("other", { reviewers }))).toMatchObject({
    ...{ status: 409, context: "reviewers", exceptionName: "InvalidPullRequestReviewersException" },
    message: "Errors encountered while adding some reviewers to this pull request.",
    reviewerErrors: [
      { context: "nobody", message: "nobody is not a user.", exceptionName: null },
      { context: "johndoe" },
    ],
    validReviewers: [{ user: { name: "jane.doe@example.com" } }],
  });
  for (const [more, context] of [
    [{ title: " " }, "title"],
    [{ title: "x".repeat(256) }, "title"],
    [{ fromRef: null }, "fromRef"],
    [{ toRef: { id: 7 } }, "toRef"],
    [{ reviewers: "jane" }, "reviewers"],
    [{ description: 7 }, "description"],
  ] as const)
    expect(await refused(shop.open("other", more)), context).toMatchObject({ status: 400, context });
  expect(await refused(shop.open("none"))).toMatchObject({
    ...{ status: 404, exceptionName: "NoSuchBranchException" },
    message: 'Repository "widgets" of project with key "ACME" has no branch "refs/heads/none"',
  });
  expect((await shop.open("other", { toRef: { id: "refs/tags/v1" } })).status).toBe(404);
  const form = await shop.john(all, { method: "POST", body: "title=x" });
  expect(form.status).toBe(403);
  expect((await told(shop.john(`${all}?state=ALL`))).values).toHaveLength(1);
});

test("D26, D37: a pull request that is not there, or not for everybody", async () => {
  expect(await refusalOf(shop.john(`${all}/99`))).toEqual([
    404,
    "NoSuchPullRequestException",
    "Pull request 99 does not exist in ACME/widgets.",
  ]);
  expect((await shop.john(`${all}/one`)).status).toBe(404);
  const nora = callerAt(dataCenterOf(shop.emulator), "nora");
  const stranger = callerAt(dataCenterOf(shop.emulator), null);
  for (const call of [nora, stranger]) {
    expect((await refusalOf(call(`${all}/1`))).slice(0, 2)).toEqual([401, "AuthorisationException"]);
    expect((await refusalOf(shop.open("other", {}, call))).slice(0, 2)).toEqual([
      401,
      "AuthorisationException",
    ]);
  }
});

test("D34, D35: lists by state, branch, direction, words and order, a page at a time", async () => {
  const other = await workshop();
  for (const name of ["feature", "other", "clash"])
    await other.open(name, { title: name === "other" ? "Quite ELSE" : name });
  await other.john(`${all}/2/decline?version=0`, { method: "POST" });
  const ids = async (query: string) => (await told(other.john(`${all}?${query}`))).values.map(({ id }) => id);
  expect((await ids("")).toSorted()).toEqual([1, 3]);
  expect(await ids("state=DECLINED")).toEqual([2]);
  expect((await ids("state=all")).toSorted()).toEqual([1, 2, 3]);
  expect(await ids("state=ALL&filterText=else")).toEqual([2]);
  expect(await ids("at=refs/heads/feature&direction=OUTGOING")).toEqual([1]);
  expect(await ids("at=refs/heads/feature")).toEqual([]);
  expect((await ids("at=refs/heads/main")).toSorted()).toEqual([1, 3]);
  expect(await ids("draft=true")).toEqual([]);
  expect(await ids("order=OLDEST&limit=1")).toEqual([1]);
  const page = await bodyOf(other.john(`${all}?state=ALL&limit=2`));
  expect([page.size, page.isLastPage, page.nextPageStart]).toEqual([2, false, 2]);
  for (const query of ["state=CLOSED", "order=SIDEWAYS", "direction=UP", "start=x"])
    expect((await other.john(`${all}?${query}`)).status, query).toBe(400);
  await other.emulator.close();
});

test("D35: its commits, changes and diff are what git finds between where the branches parted and the source", async () => {
  const base = hashOf("v1");
  const commits = await bodyOf(shop.john(`${all}/1/commits`));
  expect(commits.values.map(({ id }) => id)).toEqual(gitLines(folder, "rev-list", "main..feature"));
  const changes = await bodyOf(shop.john(`${all}/1/changes?start=1`));
  expect(changes).toMatchObject({
    fromHash: hashOf("main"),
    toHash: hashOf("feature"),
    start: 0,
    isLastPage: true,
  });
  expect(changes.values.map(({ path }) => path.toString)).toEqual(["a.txt", "new.txt"]);
  const { diffs } = await bodyOf(shop.john(`${all}/1/diff`));
  expect(diffs.map(({ source }: DiffObject) => source?.toString ?? null)).toEqual(["a.txt", null]);
  expect((await bodyOf(shop.john(`${all}/1/diff/new.txt`))).diffs).toHaveLength(1);
  const text = git(
    folder,
    "diff-tree",
    "-r",
    "-p",
    "-U10",
    "-C",
    "--src-prefix=src://",
    "--dst-prefix=dst://",
    base,
    "feature",
  ).toString();
  const byAccept = await shop.john(`${all}/1/diff`, { headers: { accept: "text/plain" } });
  expect(await byAccept.text()).toBe(text);
  const raw = await shop.john(`${all}/1.diff`);
  expect([raw.headers.get("content-type"), await raw.text()]).toEqual(["text/plain;charset=UTF-8", text]);
  const patch = await (await shop.john(`${all}/1.patch`)).text();
  expect(patch.match(/^Subject: .*$/gm)).toHaveLength(2);
  expect((await bodyOf(shop.john(`${all}/1/merge-base`))).id).toBe(base);
  const range = await bodyOf(
    shop.john(
      `${all}/1/changes?changeScope=RANGE&sinceId=${hashOf("feature^")}&untilId=${hashOf("feature")}`,
    ),
  );
  expect(range.values.map(({ path }) => path.toString)).toEqual(["new.txt"]);
  expect((await shop.john(`${all}/2.diff`)).status).toBe(404);
});

test("D35: the pull requests of a commit, of a person, and of an inbox", async () => {
  const ids = async (path: string, call = shop.john) => (await told(call(path))).values.map(({ id }) => id);
  expect(await ids(`${place}/commits/${hashOf("feature")}/pull-requests`)).toEqual([1]);
  expect(await ids(`${place}/commits/${hashOf("v1")}/pull-requests`)).toEqual([]);
  const me = "/rest/api/latest/dashboard/pull-requests";
  expect(await ids(me)).toEqual([1]);
  expect(await ids(`${me}?role=REVIEWER`)).toEqual([]);
  expect(await ids(`${me}?role=REVIEWER`, shop.jane)).toEqual([1]);
  expect((await callerAt(dataCenterOf(shop.emulator), null)(me)).status).toBe(401);
  expect(await ids("/rest/api/latest/inbox/pull-requests", shop.jane)).toEqual([1]);
  const count = await shop.jane("/rest/api/latest/inbox/pull-requests/count");
  expect(await count.json()).toEqual({ count: 1 });
});

test("D35: an update names the version it knows, and whoever comes second is out of date", async () => {
  const update = (body: object, call = shop.john) => send(call, "PUT", `${all}/1`, body);
  expect(await told(update({ version: 0, title: "Other words", reviewers: [] }))).toMatchObject({
    ...{ version: 1, title: "Other words", reviewers: [] },
    participants: [{ user: { name: "jane.doe@example.com" }, role: "PARTICIPANT" }],
  });
  expect(await told(shop.john(`${all}/1`))).not.toHaveProperty("description");
  expect(await refused(update({ version: 0, title: "Mine" }))).toMatchObject({
    ...{ status: 409, exceptionName: "PullRequestOutOfDateException", currentVersion: 1, expectedVersion: 0 },
    message: "You are attempting to modify a pull request based on out-of-date information.",
  });
  expect(await refused(update({ title: "Mine" }))).toMatchObject({ status: 400, context: "version" });
  const zoe = callerAt(dataCenterOf(shop.emulator), "Zoë+Müller");
  expect((await update({ version: 1, title: "Hers" }, zoe)).status).toBe(401);
  expect(
    await told(update({ version: 1, toRef: { id: "refs/heads/other" }, draft: true }, shop.jane)),
  ).toMatchObject({
    ...{ version: 2, draft: true, toRef: { id: "refs/heads/other", latestCommit: hashOf("other") } },
  });
});

test("D2: before drafts came, no pull request has one; the rule keeps what a PUT leaves out", async () => {
  const old = await workshop({ updateKeepsAbsent: true }, "7.21.0");
  const made = await told(old.open("feature", { description: "Stays", draft: true }));
  expect(made).not.toHaveProperty("draft");
  const changed = await told(send(old.john, "PUT", `${all}/1`, { version: 0, title: "New" }));
  expect(changed).toMatchObject({ title: "New", description: "Stays" });
  await old.emulator.close();
});
