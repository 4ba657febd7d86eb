/** Bodies of `pullrequest:…`, from what people do over the API and plain git. */
import { expect, test } from "vitest";
import { tokensFor } from "./client.ts";
import { bodyOf, type Hooks, json, placeOfHooks, put } from "./webhook-place.ts";

const repository = "/repositories/acme/widgets";
const names = [
  ...["created", "updated", "push", "approved", "unapproved", "fulfilled", "rejected"],
  ...["changes_request_created", "changes_request_removed"],
  ...["comment_created", "comment_updated", "comment_deleted"],
].map((name) => `pullrequest:${name}`);

interface Body {
  readonly actor: object;
  readonly pullrequest: {
    readonly source: { readonly commit: { readonly hash: string } };
    readonly links: Readonly<Record<string, { readonly href: string }>>;
  };
  readonly repository: object;
}

/** John's app has no right to write pull requests: one of the workspace does. */
async function subscribed() {
  const scopes = ["account", "webhook", "repository:write", "pullrequest:write"];
  const place = await placeOfHooks({
    seed: {
      people: [
        {
          username: "johndoe",
          displayName: "John Doe",
          emails: [{ address: "user@example.com", primary: true, confirmed: true }],
        },
        { username: "janeroe", displayName: "Jane Roe" },
      ],
      workspaces: [
        { slug: "acme", members: [{ person: "johndoe", administrator: true }, { person: "janeroe" }] },
      ],
      consumers: [{ workspace: "acme", name: "App", callbackUrl: "http://localhost:3000/cb", scopes }],
    },
  });
  const hook = await place.cloud(`${repository}/hooks`, json({ url: place.receiver.url, events: names }));
  if (hook.status !== 201) throw new Error(await hook.text());
  const { access_token: jane } = await tokensFor(place.emulator, "Jane Roe");
  const asJane = (path: string, init: RequestInit = {}) =>
    place.cloud(path, { ...init, headers: { authorization: `Bearer ${jane}` } });
  return { place, asJane };
}

async function opened(place: Hooks): Promise<string> {
  const body = { title: "Take old", source: { branch: { name: "old" } } };
  const answer = await place.cloud(`${repository}/pullrequests`, json(body));
  if (answer.status !== 201) throw new Error(await answer.text());
  return `${repository}/pullrequests/1`;
}

async function told(place: Hooks, event: string): Promise<Body & Readonly<Record<string, unknown>>> {
  await place.emulator.control.delivered();
  const found = place.receiver.received.findLast(({ headers }) => headers["x-event-key"] === event);
  if (found === undefined) throw new Error(`no ${event} came`);
  return bodyOf(found);
}

test("C37: a pull request is told of when it is made and changed: short hashes, resolved diff links", async () => {
  const { place } = await subscribed();
  await using _ = place;
  const at = await opened(place);
  const body = await told(place, "pullrequest:created");
  expect(Object.keys(body)).toEqual(["repository", "actor", "pullrequest"]);
  expect(body.repository).not.toHaveProperty("slug");
  expect(body.actor).not.toHaveProperty("username");
  expect(body.pullrequest.source.commit.hash).toMatch(/^[0-9a-f]{12}$/);
  expect(body.pullrequest.links.diff?.href).toMatch(
    /\/diff\/acme\/widgets:[0-9a-f]{12}%0D[0-9a-f]{12}\?from_pullrequest_id=1&topic=true$/,
  );
  await place.cloud(at, put({ title: "Take it" }));
  expect(await told(place, "pullrequest:updated")).toMatchObject({ pullrequest: { title: "Take it" } });
});

test("C37: opinions and comments stand beside the pull request", async () => {
  const { place, asJane } = await subscribed();
  await using _ = place;
  const at = await opened(place);
  const opinion = { date: expect.any(String), user: expect.objectContaining({ display_name: "Jane Roe" }) };
  await asJane(`${at}/approve`, { method: "POST" });
  const approved = await told(place, "pullrequest:approved");
  expect(Object.keys(approved)).toEqual(["repository", "actor", "pullrequest", "approval"]);
  expect(approved.approval).toEqual(opinion);
  await asJane(`${at}/approve`, { method: "DELETE" });
  expect((await told(place, "pullrequest:unapproved")).approval).toEqual(opinion);
  await asJane(`${at}/request-changes`, { method: "POST" });
  expect((await told(place, "pullrequest:changes_request_created")).changes_request).toEqual(opinion);
  await asJane(`${at}/request-changes`, { method: "DELETE" });
  expect((await told(place, "pullrequest:changes_request_removed")).changes_request).toEqual(opinion);

  const comment = await asJane(`${at}/comments`, json({ content: { raw: "Why?" } }));
  const { id } = (await comment.json()) as { id: number }; // 201 answers the comment
  expect(await told(place, "pullrequest:comment_created")).toMatchObject({
    comment: { id, content: { raw: "Why?" } },
  });
  await asJane(`${at}/comments/${id}`, put({ content: { raw: "Why not?" } }));
  expect(await told(place, "pullrequest:comment_updated")).toMatchObject({
    comment: { content: { raw: "Why not?" } },
  });
  await asJane(`${at}/comments/${id}`, { method: "DELETE" });
  expect(await told(place, "pullrequest:comment_deleted")).toMatchObject({ comment: { id } });
});

test("C37: merged is fulfilled, with a push beside it, and declined is rejected", async () => {
  const { place } = await subscribed();
  await using _ = place;
  await place.cloud(`${repository}/hooks`, json({ url: place.receiver.url, events: ["repo:push"] }));
  const at = await opened(place);
  await place.cloud(`${at}/merge`, json({}));
  expect(await told(place, "pullrequest:fulfilled")).toMatchObject({
    pullrequest: { state: "MERGED", merge_commit: { hash: expect.stringMatching(/^[0-9a-f]{12}$/) } },
  });
  expect(await told(place, "repo:push")).toMatchObject({
    push: { changes: [{ new: { name: "main", type: "branch" }, created: false }] },
  });

  const { place: other } = await subscribed();
  await using __ = other;
  await other.cloud(`${await opened(other)}/decline`, json({}));
  expect(await told(other, "pullrequest:rejected")).toMatchObject({ pullrequest: { state: "DECLINED" } });
});

test("C37: a push to its source is told of with the new commit", async () => {
  const { place } = await subscribed();
  await using _ = place;
  await opened(place);
  const git = await place.clone("cloud");
  await git("checkout", "--quiet", "old");
  await git("commit", "--quiet", "--allow-empty", "-m", "more");
  await git("push", "--quiet", "origin", "old");
  const head = await git("rev-parse", "HEAD");
  const { pullrequest } = await told(place, "pullrequest:updated");
  expect(pullrequest.source.commit.hash).toBe(head.slice(0, 12));
});
