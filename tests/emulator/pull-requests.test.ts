/** Opening, listing and changing pull requests of Cloud, and who may. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { repository } from "../../src/emulator/build/repository.ts";
import { branch, commit } from "../../src/emulator/build/steps.ts";
import { createEmulator } from "../../src/emulator/emulator.ts";
import { all, bodyOf, type PullRequestAnswer, read, type Workshop, workshop } from "./cloud-pull-requests.ts";

let shop: Workshop;
beforeAll(async () => {
  shop = await workshop();
});
afterAll(() => shop.emulator.close());

const take = (from: string, more: object = {}) => ({
  title: `Take ${from}`,
  source: { branch: { name: from } },
  ...more,
});

async function values(path: string): Promise<readonly PullRequestAnswer[]> {
  const answer = await shop.john("GET", path);
  if (answer.status !== 200) throw new Error(await answer.text());
  const { values } = (await answer.json()) as { values: readonly PullRequestAnswer[] }; // of a list
  return values;
}

describe("opening", () => {
  test("C33: a new pull request is answered whole: 12-digit hashes, reviewers, links", async () => {
    const people = await bodyOf(shop.jane("GET", "/2.0/user"));
    const body = take("feature", { description: "Please", draft: true, reviewers: [{ uuid: people.uuid }] });
    const answer = await shop.john("POST", all, body);
    expect(answer.status).toBe(201);
    const made = await read(answer);
    const [source, destination] = [await shop.tip("feature"), await shop.tip("main")];
    expect(made).toMatchObject({
      type: "pullrequest",
      ...{ id: 1, title: "Take feature", description: "Please", state: "OPEN", draft: true, queued: false },
      ...{ merge_commit: null, closed_by: null, close_source_branch: false, reason: "", comment_count: 0 },
      summary: { type: "rendered", raw: "Please", markup: "markdown", html: "<p>Please</p>" },
      rendered: { title: { raw: "Take feature" } },
      author: { display_name: "John Doe", type: "user" },
      source: { branch: { name: "feature" }, commit: { hash: source?.slice(0, 12), type: "commit" } },
      destination: { branch: { name: "main" }, commit: { hash: destination?.slice(0, 12) } },
      reviewers: [{ display_name: "Jane Roe" }],
      participants: [{ role: "REVIEWER", approved: false, state: null, participated_on: null }],
    });
    expect(made).not.toHaveProperty("author.username");
    const { api, bitbucket } = shop.emulator.urls;
    const at = `${api}${all}/1`;
    const spec = `acme/widgets:${source?.slice(0, 12)}%0D${destination?.slice(0, 12)}?from_pullrequest_id=1&topic=true`;
    expect(made.links).toEqual({
      self: { href: at },
      html: { href: `${bitbucket}/acme/widgets/pull-requests/1` },
      diff: { href: `${api}/2.0/repositories/acme/widgets/diff/${spec}` },
      diffstat: { href: `${api}/2.0/repositories/acme/widgets/diffstat/${spec}` },
      ...Object.fromEntries(
        ["commits", "approve", "request-changes", "comments", "activity", "merge", "decline", "statuses"].map(
          (name) => [name, { href: `${at}/${name}` }],
        ),
      ),
    });
    expect(await read(shop.reader("GET", `${all}/1`))).toEqual(made);
  });

  test("every mistake of a body is refused with its field", async () => {
    const required = ["This field is required."];
    for (const [body, error] of [
      [{}, { message: "Bad request", fields: { title: required, source: required } }],
      [{ title: 1, source: "main" }, { fields: { title: ["expected a string"], source: required } }],
      [
        take("nowhere"),
        { message: "source: branch not found: nowhere", fields: { source: ["branch not found: nowhere"] } },
      ],
      [
        take("feature", { destination: { branch: { name: "nowhere" } } }),
        { message: "destination: branch not found: nowhere" },
      ],
      [take("same"), { message: "There are no changes to be pulled" }],
      [take("main"), { message: "There are no changes to be pulled" }],
      [
        take("other", { reviewers: [{ uuid: "{nobody}" }] }),
        { fields: { reviewers: ["{nobody} is not a valid user"] } },
      ],
      [
        { title: "Fork", source: { branch: { name: "other" }, repository: { full_name: "else/where" } } },
        { fields: { source: ["repository not found: else/where"] } },
      ],
    ] as const) {
      const answer = await shop.john("POST", all, body);
      expect([answer.status, await bodyOf(answer)]).toMatchObject([400, { type: "error", error }]);
    }
    const own = await bodyOf(shop.john("GET", "/2.0/user"));
    const answer = await shop.john("POST", all, take("other", { reviewers: [{ uuid: own.uuid }] }));
    expect(await bodyOf(answer)).toMatchObject({ error: { fields: { reviewers: [expect.any(String)] } } });
  });

  test("the same branches again answer the open one, changed or as it was", async () => {
    const answer = await shop.john("POST", all, take("feature", { title: "Again" }));
    expect([answer.status, await read(answer)]).toMatchObject([201, { id: 1, title: "Again", draft: true }]);
    shop.emulator.control.changeRules({ pullRequestTwice: "answers" });
    const kept = await read(shop.john("POST", all, take("feature", { title: "Third" })));
    expect(kept).toMatchObject({ id: 1, title: "Again" });
  });
});

describe("listing", () => {
  test("C33: the list has open pull requests without reviewers and participants, the last changed first; pagelen ends at 50", async () => {
    await shop.open("other");
    const list = await values(all);
    expect(list.map(({ id }) => id)).toEqual([2, 1]);
    for (const key of ["reviewers", "participants", "queued", "rendered"])
      expect(list[0]).not.toHaveProperty(key);
    expect(list[0]).toMatchObject({ source: { commit: { hash: expect.stringMatching(/^[0-9a-f]{12}$/) } } });
    expect((await shop.john("GET", `${all}?pagelen=50`)).status).toBe(200);
    for (const pagelen of ["51", "100", "0", "x"]) {
      const answer = await shop.john("GET", `${all}?pagelen=${pagelen}`);
      expect([answer.status, await bodyOf(answer)]).toEqual([
        400,
        { type: "error", error: { message: "Invalid pagelen" } },
      ]);
    }
    const [first] = await values(`${all}?pagelen=1`);
    expect([first?.id, (await values(`${all}?pagelen=1&page=2`))[0]?.id]).toEqual([2, 1]);
  });

  test("C33: in a list of pull requests fields brings participants back, q and sort look at whole objects", async () => {
    const [, feature] = await values(`${all}?fields=%2Bvalues.participants`);
    expect(feature?.participants).toMatchObject([{ user: { display_name: "Jane Roe" } }]);
    expect(feature).not.toHaveProperty("reviewers");
    const byBranch = await values(`${all}?q=${encodeURIComponent('source.branch.name = "other"')}`);
    expect(byBranch.map(({ id }) => id)).toEqual([2]);
    const reviewed = await values(`${all}?q=${encodeURIComponent('reviewers.display_name = "Jane Roe"')}`);
    expect(reviewed.map(({ id }) => id)).toEqual([1]);
    expect((await values(`${all}?sort=id`)).map(({ id }) => id)).toEqual([1, 2]);
    expect((await shop.john("GET", `${all}?q=nonsense`)).status).toBe(400);
  });

  test("C33: the state of pull requests is repeatable, and unknown ones are refused", async () => {
    const clash = await shop.open("clash");
    await shop.john("POST", `${all}/${clash.id}/decline`);
    const ids = async (query: string) => (await values(`${all}?${query}`)).map(({ id }) => id).toSorted();
    expect(await ids("")).toEqual([1, 2]);
    expect(await ids("state=DECLINED")).toEqual([3]);
    expect(await ids("state=OPEN&state=DECLINED")).toEqual([1, 2, 3]);
    expect(await ids("state=MERGED")).toEqual([]);
    expect(await ids(`q=${encodeURIComponent('state = "DECLINED"')}`)).toEqual([3]);
    expect((await shop.john("GET", `${all}?state=ALL`)).status).toBe(400);
  });

  test("lists of a commit and of somebody in a workspace hold what belongs to them", async () => {
    const tip = await shop.tip("feature");
    const ids = async (path: string) => (await values(path)).map(({ id }) => id);
    expect(await ids(`/2.0/repositories/acme/widgets/commit/${tip}/pullrequests`)).toEqual([1]);
    expect(
      (await shop.john("GET", "/2.0/repositories/acme/widgets/commit/nothing/pullrequests")).status,
    ).toBe(404);
    const { uuid } = await bodyOf(shop.john("GET", "/2.0/user"));
    expect(await ids(`/2.0/workspaces/acme/pullrequests/${encodeURIComponent(String(uuid))}`)).toEqual([
      2, 1,
    ]);
    expect((await shop.john("GET", "/2.0/workspaces/acme/pullrequests/nobody")).status).toBe(404);
    expect((await shop.john("GET", `/2.0/workspaces/none/pullrequests/${uuid}`)).status).toBe(404);
    const hidden = await bodyOf(shop.stranger("GET", `/2.0/workspaces/acme/pullrequests/${uuid}`));
    expect(hidden).toMatchObject({ values: [] });
  });
});

test("one is changed as a body says, by its author or who writes, and only while it is open", async () => {
  const change = {
    title: "New title",
    description: "",
    close_source_branch: true,
    draft: false,
    reviewers: [],
  };
  const answer = await shop.jane("PUT", `${all}/2`, change);
  expect([answer.status, await read(answer)]).toMatchObject([200, { ...change, participants: [] }]);
  const moved = await read(shop.john("PUT", `${all}/2`, { destination: { branch: { name: "same" } } }));
  expect(moved.destination.branch.name).toBe("same");
  expect(moved.title).toBe("New title");
  for (const body of [{ title: " " }, { destination: { branch: { name: "nowhere" } } }, { draft: "yes" }])
    expect((await shop.john("PUT", `${all}/2`, body)).status, JSON.stringify(body)).toBe(400);
  expect((await shop.reader("PUT", `${all}/2`, change)).status).toBe(403);
  const closed = await shop.john("PUT", `${all}/3`, change);
  expect([closed.status, await bodyOf(closed)]).toMatchObject([
    400,
    { error: { message: "This pull request is already closed." } },
  ]);
});

test("C22, C23: scope before visibility before right", async () => {
  const { emulator, callAs } = shop;
  const token = (scopes: string[]) =>
    callAs(emulator.control.addAccessToken({ workspace: "acme", scopes }).token);
  const code = token(["repository:write"]);
  const refused = await code("GET", all);
  expect([refused.status, await bodyOf(refused)]).toMatchObject([
    403,
    { error: { detail: { required: ["pullrequest"], granted: ["repository:write"] } } },
  ]);
  const reading = token(["pullrequest"]);
  expect((await reading("GET", all)).status).toBe(200);
  expect((await reading("POST", all, take("ahead"))).status).toBe(403);
  expect((await reading("GET", "/2.0/repositories/acme/widgets/commits")).status).toBe(200);
  expect((await shop.stranger("GET", all)).status).toBe(404);
  expect((await shop.stranger("POST", all, take("ahead"))).status).toBe(404);
  expect((await shop.reader("POST", all, take("ahead"))).status).toBe(403);
  expect((await shop.nobody("GET", all)).status).toBe(404);
  expect((await shop.nobody("POST", all, take("ahead"))).status).toBe(401);
  for (const path of [`${all}/99`, `${all}/99/commits`, `${all}/99/comments`])
    expect((await shop.john("GET", path)).status, path).toBe(404);
});

test("a reader opens one where the rule says so", async () => {
  shop.emulator.control.changeRules({ pullRequestRight: "read" });
  expect((await shop.reader("POST", all, take("ahead"))).status).toBe(201);
});

test("of a public repository everybody reads them, and nobody writes without a name", async () => {
  await using open = (await workshop({}, false)).emulator;
  const path = `${open.urls.api}${all}`;
  expect((await fetch(path)).status).toBe(200);
  expect((await fetch(path, { method: "POST", body: "{}" })).status).toBe(401);
});

test("a seed opens them, and names what is not there", async () => {
  const seeded = (more: object) =>
    createEmulator({
      dataCenter: false,
      server: false,
      repositories: [
        repository("acme/small", [commit({ a: "1\n" }), branch("topic", [commit({ a: "2\n" })])], {
          private: false,
        }),
      ],
      seed: {
        people: [
          { username: "ada", displayName: "Ada" },
          { username: "bob", displayName: "Bob" },
        ],
        workspaces: [{ slug: "acme", members: [{ person: "ada" }] }],
        pullRequests: [
          {
            ...{ workspace: "acme", repository: "small", title: "Two", source: "topic", author: "ada" },
            ...{ reviewers: ["bob"], draft: true, ...more },
          },
        ],
      },
    });
  await using emulator = await seeded({});
  const path = "/2.0/repositories/acme/small/pullrequests/1";
  for (const time of ["planted", "reset"]) {
    const answer = await read(fetch(`${emulator.urls.api}${path}`));
    expect(answer, time).toMatchObject({
      ...{ id: 1, title: "Two", draft: true, author: { display_name: "Ada" } },
      reviewers: [{ display_name: "Bob" }],
    });
    await emulator.reset();
  }
  for (const [more, problem] of [
    [{ source: "nowhere" }, "nothing can be pulled from nowhere"],
    [{ repository: "other" }, "no repository acme/other"],
    [{ reviewers: ["zoe"] }, 'no person "zoe"'],
    [{ author: "zoe" }, "pullRequests[0].author"],
  ] as const)
    await expect(seeded(more)).rejects.toThrow(problem);
});
