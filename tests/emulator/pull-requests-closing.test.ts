/** What a pull request would bring, and its ends: merged by each strategy, declined, or overtaken by pushes. */
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { git, withUser } from "../clients/plain-git.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { all, bodyOf, callersAt, read, type Workshop, workshop } from "./cloud-pull-requests.ts";

let shop: Workshop;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let clone: string;
beforeEach(async () => {
  shop = await workshop();
  folder = await temporaryFolder();
  clone = join(folder.path, "clone");
  const address = withUser(
    `${shop.emulator.urls.bitbucket}/acme/widgets.git`,
    "x-token-auth",
    shop.tokens.john,
  );
  await git(".", "clone", "--quiet", address, clone);
  await git(clone, "fetch", "--quiet", "origin", "refs/heads/*:refs/remotes/origin/*");
});
afterEach(async () => {
  await shop.emulator.close();
  await folder.remove();
});

const fetchAll = () => git(clone, "fetch", "--quiet", "--prune", "origin");
const origin = (name: string) => git(clone, "rev-parse", `origin/${name}`);
const merge = (id: number, body?: object) => shop.john("POST", `${all}/${id}/merge`, body);

describe("what it would bring", () => {
  test("C31: diff, diffstat and patch are 302 to real comparisons that equal git's", async () => {
    const { id, links } = await shop.open("feature");
    const base = await git(clone, "merge-base", "origin/main", "origin/feature");
    for (const kind of ["diff", "diffstat", "patch"] as const) {
      const answer = await shop.john("GET", `${all}/${id}/${kind}`);
      expect(answer.status).toBe(302);
      const location = answer.headers.get("location") ?? "";
      expect(location).toContain("%0D");
      if (kind !== "patch") expect(location).toBe(links[kind]?.href);
      expect((await shop.nobody("GET", location)).status, "without Authorization").toBe(404);
      const followed = await shop.john("GET", location);
      expect(followed.status).toBe(200);
      const text = await followed.text();
      if (kind === "diff") expect(text.trimEnd()).toBe(await git(clone, "diff", base, "origin/feature"));
      if (kind === "patch") expect(text.match(/^From /gm)).toHaveLength(2);
      if (kind !== "diffstat") continue;
      const { values } = JSON.parse(text);
      const rows = values.map((each: Record<string, { path: string }>) =>
        [each.lines_added, each.lines_removed, each.new?.path].join("\t"),
      );
      expect(rows.join("\n")).toBe(await git(clone, "diff", "--numstat", base, "origin/feature"));
    }
  });

  test("its commits come newest first, page by page without a size", async () => {
    const { id } = await shop.open("feature");
    const first = await bodyOf(shop.john("GET", `${all}/${id}/commits?pagelen=1`));
    expect(first).not.toHaveProperty("size");
    expect(first).toMatchObject({ pagelen: 1, values: [{ hash: await origin("feature"), type: "commit" }] });
    const second = await bodyOf(shop.john("GET", String(first.next)));
    expect(second).toMatchObject({ values: [{ hash: await git(clone, "rev-parse", "origin/feature~1") }] });
    expect(second).not.toHaveProperty("next");
    expect((await shop.john("GET", `${all}/${id}/commits?page=7`)).status).toBe(400);
  });

  test("no build status has been told", async () => {
    const { id } = await shop.open("feature");
    expect(await bodyOf(shop.john("GET", `${all}/${id}/statuses`))).toMatchObject({ size: 0, values: [] });
  });
});

describe("merging", () => {
  test("a merge commit has both parents, a message that names the approvals, and git fetches it", async () => {
    const { id, source, destination } = await shop.open("feature");
    await shop.jane("POST", `${all}/${id}/approve`);
    const answer = await merge(id, { type: "pullrequest", close_source_branch: true });
    expect(answer.status).toBe(200);
    const merged = await read(answer);
    expect(merged).toMatchObject({ state: "MERGED", closed_by: { display_name: "John Doe" } });
    await fetchAll();
    const tip = await origin("main");
    expect(merged.merge_commit).toEqual({ hash: tip.slice(0, 12) });
    const parents = (await git(clone, "log", "-1", "--format=%P", tip)).split(" ");
    expect(parents.map((hash) => hash.slice(0, 12))).toEqual([destination.commit.hash, source.commit.hash]);
    expect(await git(clone, "log", "-1", "--format=%an <%ae>%n%B%x2e", tip)).toBe(
      "John Doe <user@example.com>\nMerged in feature (pull request #1)\n\nTake feature\n\nApproved-by: Jane Roe\n.",
    );
    expect(await shop.tip("feature")).toBeNull();
    const diff = await shop.john("GET", merged.links.diffstat?.href ?? "");
    expect(await bodyOf(diff)).toMatchObject({ size: 2 });
  });

  test("squash is one commit with one parent and the tree of the merge", async () => {
    const { id, destination } = await shop.open("feature");
    await merge(id, { merge_strategy: "squash", message: "All of it" });
    await fetchAll();
    expect(await git(clone, "log", "-1", "--format=%s", "origin/main")).toBe("All of it");
    expect((await git(clone, "log", "-1", "--format=%P", "origin/main")).slice(0, 12)).toBe(
      destination.commit.hash,
    );
    expect((await git(clone, "log", "-1", "--format=%P", "origin/main")).split(" ")).toHaveLength(1);
    expect(await git(clone, "show", "origin/main:new.txt")).toBe("newer");
    expect(await shop.tip("feature")).not.toBeNull();
  });

  test("a fast forward moves the branch, or is refused where the destination went on", async () => {
    const behind = await shop.open("feature");
    for (const merge_strategy of ["fast_forward", "squash_fast_forward"]) {
      const refused = await merge(behind.id, { merge_strategy });
      expect([refused.status, await bodyOf(refused)]).toMatchObject([
        400,
        { error: { message: "Unable to fast forward due changes in destination branch." } },
      ]);
    }
    const ahead = await shop.open("ahead");
    const merged = await read(merge(ahead.id, { merge_strategy: "fast_forward" }));
    expect(merged.merge_commit?.hash).toBe(ahead.source.commit.hash);
    expect(await shop.tip("main")).toBe(await shop.tip("ahead"));
  });

  test("rebasing writes the commits anew upon the destination", async () => {
    const { id } = await shop.open("feature");
    expect((await merge(id, { merge_strategy: "rebase_fast_forward" })).status).toBe(200);
    await fetchAll();
    expect(await git(clone, "log", "-3", "--format=%s", "origin/main")).toBe("Newer\nSay two\nMeanwhile");
    expect(await git(clone, "log", "-1", "--format=%an", "origin/main")).toBe("John Doe");
    const other = await shop.open("other");
    expect((await merge(other.id, { merge_strategy: "rebase_merge" })).status).toBe(200);
  });

  test("conflicts, what is closed, an unknown strategy, a reader: refused, and nothing moves", async () => {
    const before = await shop.tip("main");
    const { id } = await shop.open("clash");
    const conflict = await merge(id);
    expect([conflict.status, await bodyOf(conflict)]).toMatchObject([
      400,
      { type: "error", error: { message: "You can't merge until you resolve all merge conflicts." } },
    ]);
    shop.emulator.control.changeRules({ pullRequestRefusalStatus: 409 });
    expect((await merge(id)).status).toBe(409);
    expect((await merge(id, { merge_strategy: "octopus" })).status).toBe(400);
    expect((await merge(id, { message: "x".repeat(128 * 1024 + 1) })).status).toBe(400);
    expect((await shop.reader("POST", `${all}/${id}/merge`)).status).toBe(403);
    expect((await shop.john("POST", `${all}/99/merge`)).status).toBe(404);
    expect(await shop.tip("main")).toBe(before);
    await shop.john("POST", `${all}/${id}/decline`);
    expect((await merge(id)).status).toBe(409);
  });

  test("of two merges at once one wins", async () => {
    const { id } = await shop.open("feature");
    const answers = await Promise.all([merge(id), merge(id)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400]);
  });
});

test("one whose destination is gone is not merged, one whose source is gone is", async () => {
  const { id } = await shop.open("feature", { destination: { branch: { name: "same" } } });
  const other = await shop.open("other");
  await git(clone, "push", "--quiet", "origin", ":same", ":other");
  expect(await bodyOf(merge(id))).toMatchObject({ error: { message: "The destination branch is gone." } });
  expect(await read(merge(other.id))).toMatchObject({ state: "MERGED" });
});

test("declining keeps the branches and gives a reason", async () => {
  const { id } = await shop.open("feature");
  expect((await shop.reader("POST", `${all}/${id}/decline`)).status).toBe(403);
  const declined = await read(shop.john("POST", `${all}/${id}/decline`, { reason: "Not now" }));
  expect(declined).toMatchObject({ state: "DECLINED", reason: "Not now", merge_commit: null });
  expect((await shop.john("POST", `${all}/${id}/decline`)).status).toBe(400);
  expect(await shop.tip("feature")).not.toBeNull();
  expect(await shop.open("feature")).toMatchObject({ id: id + 1 });
});

describe("pushes", () => {
  test("the source's moves it on, the destination's too", async () => {
    const { id, updated_on: before } = await shop.open("feature");
    shop.emulator.clock.advance(60);
    await git(clone, "checkout", "--quiet", "-b", "feature", "origin/feature");
    await git(clone, "commit", "--quiet", "--allow-empty", "-m", "More");
    await git(clone, "push", "--quiet", "origin", "feature");
    const after = await read(shop.john("GET", `${all}/${id}`));
    expect(after.source.commit.hash).toBe((await git(clone, "rev-parse", "HEAD")).slice(0, 12));
    expect(after.updated_on > before).toBe(true);
    await git(clone, "push", "--quiet", "origin", "origin/ahead:main");
    const moved = await read(shop.john("GET", `${all}/${id}`));
    expect(moved.destination.commit.hash).toBe((await origin("ahead")).slice(0, 12));
    expect(moved.state).toBe("OPEN");
  });

  test("commits that reach the destination by themselves merge it", async () => {
    const { id } = await shop.open("ahead");
    await git(clone, "push", "--quiet", "origin", "origin/ahead:main");
    expect(await read(shop.jane("GET", `${all}/${id}`))).toMatchObject({
      state: "MERGED",
      closed_by: { display_name: "John Doe" },
      merge_commit: { hash: (await origin("ahead")).slice(0, 12) },
    });
  });

  test("a deleted source leaves it open, or declines it where the rule says so", async () => {
    const [first, second] = [await shop.open("other"), await shop.open("feature")];
    await git(clone, "push", "--quiet", "origin", ":other");
    expect(await read(shop.john("GET", `${all}/${first.id}`))).toMatchObject({
      state: "OPEN",
      source: { commit: { hash: first.source.commit.hash } },
    });
    shop.emulator.control.changeRules({ sourceDeletedDeclines: true });
    await git(clone, "push", "--quiet", "origin", ":feature");
    expect(await read(shop.john("GET", `${all}/${second.id}`))).toMatchObject({ state: "DECLINED" });
  });
});

test("a reset brings all back: branches, and no pull request", async () => {
  const before = await shop.tip("main");
  const { id } = await shop.open("feature");
  await merge(id);
  await shop.emulator.reset();
  const again = await callersAt(shop.emulator);
  expect(await again.tip("main")).toBe(before);
  expect(await again.open("feature")).toMatchObject({ id: 1 });
});
