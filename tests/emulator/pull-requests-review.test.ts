/** What people say about a pull request of Cloud: approvals, requests for changes, comments, and the log of it all. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { all, bodyOf, read, type Workshop, workshop } from "./cloud-pull-requests.ts";

let shop: Workshop;
let at: string;
beforeEach(async () => {
  shop = await workshop();
  at = `${all}/${(await shop.open("feature")).id}`;
});
afterEach(() => shop.emulator.close());

describe("opinions", () => {
  test("an approval is a participant's, and is taken back once", async () => {
    const answer = await shop.reader("POST", `${at}/approve`);
    expect([answer.status, await bodyOf(answer)]).toMatchObject([
      200,
      {
        ...{ type: "participant", role: "PARTICIPANT", approved: true, state: "approved" },
        user: { display_name: "Rita Reader" },
        participated_on: expect.stringMatching(/\+00:00$/),
      },
    ]);
    expect((await read(shop.john("GET", at))).participants).toMatchObject([{ approved: true }]);
    const taken = await shop.reader("DELETE", `${at}/approve`);
    expect([taken.status, await taken.text()]).toEqual([204, ""]);
    expect((await shop.reader("DELETE", `${at}/approve`)).status).toBe(404);
    expect((await shop.jane("DELETE", `${at}/approve`)).status).toBe(404);
    expect((await read(shop.john("GET", at))).participants).toMatchObject([{ approved: false, state: null }]);
  });

  test("a request for changes takes the place of an approval", async () => {
    await shop.jane("POST", `${at}/approve`);
    const answer = await shop.jane("POST", `${at}/request-changes`);
    expect(await bodyOf(answer)).toMatchObject({ approved: false, state: "changes_requested" });
    expect((await shop.jane("DELETE", `${at}/approve`)).status).toBe(404);
    expect((await shop.jane("DELETE", `${at}/request-changes`)).status).toBe(204);
    expect((await shop.jane("DELETE", `${at}/request-changes`)).status).toBe(404);
  });

  test("closed ones take no more opinions, unless the rule says so", async () => {
    await shop.jane("POST", `${at}/approve`);
    await shop.john("POST", `${at}/decline`);
    for (const [method, path] of [
      ["POST", "approve"],
      ["DELETE", "approve"],
      ["POST", "request-changes"],
      ["DELETE", "request-changes"],
    ] as const)
      expect((await shop.jane(method, `${at}/${path}`)).status, `${method} ${path}`).toBe(400);
    shop.emulator.control.changeRules({ pullRequestClosedOpinions: true });
    expect((await shop.reader("POST", `${at}/approve`)).status).toBe(200);
  });

  test("nobody and strangers say nothing", async () => {
    expect((await shop.nobody("POST", `${at}/approve`)).status).toBe(401);
    expect((await shop.stranger("POST", `${at}/approve`)).status).toBe(404);
    expect((await shop.nobody("DELETE", `${at}/request-changes`)).status).toBe(401);
  });
});

describe("comments", () => {
  const text = (raw: string, more: object = {}) => ({ content: { raw }, ...more });
  const write = (body: object) => shop.jane("POST", `${at}/comments`, body);

  test("one is written, read, changed and deleted by its author", async () => {
    const answer = await write(text("Why *two*?"));
    const made = await bodyOf(answer);
    expect([answer.status, made]).toMatchObject([
      201,
      {
        ...{ type: "pullrequest_comment", deleted: false, pending: false },
        content: { raw: "Why *two*?", markup: "markdown", html: "<p>Why *two*?</p>" },
        user: { display_name: "Jane Roe" },
        pullrequest: { type: "pullrequest", id: 1, title: "Take feature" },
      },
    ]);
    const path = `${at}/comments/${made.id}`;
    expect(answer.headers.get("location")).toBe(`${shop.emulator.urls.api}${path}`);
    expect(await bodyOf(shop.reader("GET", path))).toEqual(made);
    expect((await shop.john("PUT", path, text("Mine"))).status).toBe(403);
    expect(await bodyOf(shop.jane("PUT", path, text("Why?")))).toMatchObject({ content: { raw: "Why?" } });
    expect(await read(shop.john("GET", at))).toMatchObject({
      comment_count: 1,
      participants: [{ user: { display_name: "Jane Roe" }, role: "PARTICIPANT", approved: false }],
    });
    expect((await shop.john("DELETE", path)).status).toBe(403);
    expect((await shop.jane("DELETE", path)).status).toBe(204);
    expect((await shop.jane("DELETE", path)).status).toBe(404);
    expect(await bodyOf(shop.john("GET", path))).toMatchObject({ deleted: true, content: { raw: "" } });
    expect(await read(shop.john("GET", at))).toMatchObject({ comment_count: 0 });
  });

  test("a reply hangs where its parent does, and inline comments name path and line", async () => {
    const parent = await bodyOf(write(text("Here", { inline: { path: "a.txt", to: 2 } })));
    expect(parent).toMatchObject({
      inline: { path: "a.txt", to: 2 },
      links: { code: { href: expect.stringContaining("path=a.txt") } },
    });
    const reply = await bodyOf(write(text("There", { parent: { id: parent.id } })));
    expect(reply).toMatchObject({ parent: { id: parent.id }, inline: { path: "a.txt", to: 2 } });
    const list = await bodyOf(shop.reader("GET", `${at}/comments`));
    expect(list).toMatchObject({ size: 2, page: 1, values: [{ id: parent.id }, { id: reply.id }] });
  });

  test("bodies without text, with a bad line or an unknown parent are refused", async () => {
    for (const body of [
      {},
      { content: { raw: " " } },
      { content: "text" },
      text("x", { inline: { to: 1 } }),
      text("x", { inline: { path: "a.txt", to: 0 } }),
      text("x", { parent: { id: 7 } }),
    ])
      expect((await write(body)).status, JSON.stringify(body)).toBe(400);
    expect((await shop.jane("GET", `${at}/comments/7`)).status).toBe(404);
    expect((await shop.nobody("POST", `${at}/comments`, text("x"))).status).toBe(401);
  });

  test("a thread on the diff is resolved once and reopened once", async () => {
    const inline = await bodyOf(write(text("Here", { inline: { path: "a.txt", to: 2 } })));
    const plain = await bodyOf(write(text("General")));
    const path = `${at}/comments/${inline.id}/resolve`;
    const answer = await shop.john("POST", path);
    expect([answer.status, await bodyOf(answer)]).toMatchObject([
      200,
      { type: "comment_resolution", user: { display_name: "John Doe" } },
    ]);
    expect((await shop.john("POST", path)).status).toBe(409);
    expect(await bodyOf(shop.john("GET", `${at}/comments/${inline.id}`))).toHaveProperty("resolution");
    expect((await shop.john("DELETE", path)).status).toBe(204);
    expect((await shop.john("DELETE", path)).status).toBe(404);
    expect((await shop.john("POST", `${at}/comments/${plain.id}/resolve`)).status).toBe(403);
  });
});

test("the activity is the log of all that, newest first, without a size", async () => {
  shop.emulator.clock.advance(1);
  await shop.jane("POST", `${at}/comments`, { content: { raw: "Hm" } });
  shop.emulator.clock.advance(1);
  await shop.jane("POST", `${at}/request-changes`);
  shop.emulator.clock.advance(1);
  await shop.reader("POST", `${at}/approve`);
  const log = await bodyOf(shop.john("GET", `${at}/activity`));
  expect(log).not.toHaveProperty("size");
  expect(log.values).toMatchObject([
    { approval: { user: { display_name: "Rita Reader" }, pullrequest: { id: 1 } } },
    { changes_requested: { user: { display_name: "Jane Roe" } } },
    { comment: { content: { raw: "Hm" } } },
    {
      pull_request: { id: 1 },
      update: { state: "OPEN", title: "Take feature", author: { display_name: "John Doe" } },
    },
  ]);
  await shop.open("other");
  const first = await bodyOf(shop.john("GET", `${all}/activity?pagelen=3`));
  expect(first.values).toHaveLength(3);
  const rest = await bodyOf(shop.john("GET", String(first.next)));
  expect(rest.values).toHaveLength(2);
  expect((await shop.john("GET", `${all}/activity?page=2`)).status).toBe(400);
  expect((await shop.john("GET", `${all}/activity?pagelen=51`)).status).toBe(400);
});

test("C24: API tokens read, say and take back by scopes of their own, none of which gives another", async () => {
  const { emulator } = shop;
  const status = async (scopes: string[], method: string, path: string) => {
    const { token } = emulator.control.addApiToken({ person: "johndoe", scopes });
    const authorization = `Basic ${btoa(`user@example.com:${token}`)}`;
    return (await fetch(`${emulator.urls.api}${path}`, { method, headers: { authorization } })).status;
  };
  const [reading, writing] = ["read:pullrequest:bitbucket", "write:pullrequest:bitbucket"];
  expect(await status([reading], "GET", at)).toBe(200);
  expect(await status([writing], "GET", at)).toBe(403);
  expect(await status(["read:repository:bitbucket"], "GET", at)).toBe(403);
  expect(await status([reading], "POST", `${at}/approve`)).toBe(403);
  expect(await status([writing], "POST", `${at}/approve`)).toBe(403);
  expect(await status([reading, writing], "POST", `${at}/approve`)).toBe(200);
  expect(await status([writing], "DELETE", `${at}/approve`)).toBe(204);
});
