/** Bodies of `pr:…`, from what people do over REST and plain git. */
import { expect, test } from "vitest";
import { callerAt, dataCenterOf } from "./data-center.ts";
import { bodyOf, type Hooks, json, placeOfHooks, put } from "./webhook-place.ts";

const repository = "/projects/ACME/repos/widgets";
const requests = `${repository}/pull-requests`;

const events = [
  ...["pr:opened", "pr:modified", "pr:from_ref_updated", "pr:to_ref_updated", "pr:merged", "pr:declined"],
  ...["pr:deleted", "pr:reviewer:updated", "pr:reviewer:approved", "pr:reviewer:unapproved"],
  ...["pr:reviewer:needs_work", "pr:comment:added", "pr:comment:edited", "pr:comment:deleted"],
];

interface Body {
  readonly eventKey: string;
  readonly date: string;
  readonly actor: { readonly name: string };
  readonly pullRequest: {
    readonly id: number;
    readonly version: number;
    readonly createdDate: number | string;
    readonly fromRef: { readonly latestCommit: string };
  };
}

async function subscribed(version = "9.4.2", names: readonly string[] = events): Promise<Hooks> {
  const place = await placeOfHooks({ dataCenter: { version } });
  const hook = { name: "CI", url: place.receiver.url, events: names };
  const answer = await place.dataCenter(`${repository}/webhooks`, json(hook));
  if (answer.status !== 201) throw new Error(await answer.text());
  return place;
}

async function opened(place: Hooks, more: object = {}): Promise<string> {
  const answer = await place.dataCenter(
    requests,
    json({
      title: "Take old",
      fromRef: { id: "refs/heads/old" },
      toRef: { id: "refs/heads/main" },
      ...more,
    }),
  );
  if (answer.status !== 201) throw new Error(await answer.text());
  return `${requests}/1`;
}

/** What came with an event, of all so far. */
async function told(place: Hooks, event: string): Promise<Body & Readonly<Record<string, unknown>>> {
  await place.emulator.control.delivered();
  const found = place.receiver.received.findLast(({ headers }) => headers["x-event-key"] === event);
  if (found === undefined) throw new Error(`no ${event} came`);
  return bodyOf(found);
}

test("D40: a pull request is told of when it is opened, modified and merged", async () => {
  await using place = await subscribed("9.4.2", [...events, "repo:refs_changed"]);
  const at = await opened(place, { description: "What for" });
  const body = await told(place, "pr:opened");
  expect(Object.keys(body)).toEqual(["eventKey", "date", "actor", "pullRequest"]);
  expect(body).toMatchObject({
    date: expect.stringMatching(/\+0000$/),
    actor: { name: "johndoe" },
    pullRequest: { id: 1, version: 0, state: "OPEN", createdDate: expect.any(Number) },
  });

  await place.dataCenter(at, put({ version: 0, title: "Take it", description: "For this" }));
  expect(await told(place, "pr:modified")).toMatchObject({
    previousTitle: "Take old",
    previousDescription: "What for",
    previousTarget: {
      id: "refs/heads/main",
      displayId: "main",
      type: "BRANCH",
      latestCommit: expect.stringMatching(/^[0-9a-f]{40}$/),
    },
    pullRequest: { title: "Take it", version: 1 },
  });

  await place.dataCenter(`${at}/merge?version=1`, { method: "POST", body: "{}" });
  const merged = await told(place, "pr:merged");
  expect(merged).toMatchObject({ pullRequest: { state: "MERGED", closedDate: expect.any(Number) } });
  expect(await told(place, "repo:refs_changed")).toMatchObject({
    changes: [expect.objectContaining({ refId: "refs/heads/main", type: "UPDATE" })],
  });
});

test("D40: a push to its source and its target is told of with what was there before", async () => {
  await using place = await subscribed();
  await opened(place);
  const git = await place.clone("dataCenter");
  const [source, target] = [await git("rev-parse", "origin/old"), await git("rev-parse", "origin/main")];
  await git("checkout", "--quiet", "old");
  await git("commit", "--quiet", "--allow-empty", "-m", "more");
  await git("push", "--quiet", "origin", "old");
  expect(await told(place, "pr:from_ref_updated")).toMatchObject({
    previousFromHash: source,
    pullRequest: { fromRef: { latestCommit: await git("rev-parse", "HEAD") } },
  });
  await git("checkout", "--quiet", "main");
  await git("commit", "--quiet", "--allow-empty", "-m", "meanwhile");
  await git("push", "--quiet", "origin", "main");
  expect(await told(place, "pr:to_ref_updated")).toMatchObject({ previousToHash: target });
});

test("D40: reviews tell of the reviewer and the status before, comments of the text before", async () => {
  await using place = await subscribed();
  const at = await opened(place);
  const jane = callerAt(dataCenterOf(place.emulator), "jane.doe@example.com");
  const asJane = (path: string, init: RequestInit) =>
    jane(`/rest/api/latest${path}`, { ...init, headers: { "content-type": "application/json" } });
  const review = (status: string) =>
    asJane(
      `${at}/participants/jane.doe_example.com`,
      put({ user: { name: "jane.doe@example.com" }, status }),
    );
  await review("APPROVED");
  expect(await told(place, "pr:reviewer:approved")).toMatchObject({
    actor: { name: "jane.doe@example.com" },
    participant: { status: "APPROVED", approved: true },
    previousStatus: "UNAPPROVED",
  });
  await review("NEEDS_WORK");
  expect(await told(place, "pr:reviewer:needs_work")).toMatchObject({ previousStatus: "APPROVED" });
  await review("UNAPPROVED");
  expect(await told(place, "pr:reviewer:unapproved")).toMatchObject({ previousStatus: "NEEDS_WORK" });

  const comment = await place.dataCenter(`${at}/comments`, json({ text: "Why?" }));
  const { id } = (await comment.json()) as { id: number }; // 201 answers the comment
  const added = await told(place, "pr:comment:added");
  expect(added).toMatchObject({ comment: { id, text: "Why?", comments: [] } });
  expect(added).not.toHaveProperty("commentParentId");
  expect(added.comment).not.toHaveProperty("permittedOperations");
  await place.dataCenter(`${at}/comments`, json({ text: "Because.", parent: { id } }));
  expect(await told(place, "pr:comment:added")).toMatchObject({ commentParentId: id });
  const last = await told(place, "pr:comment:added");
  const answer = last.comment as { id: number; version: number }; // as just seen
  await place.dataCenter(`${at}/comments/${answer.id}`, put({ text: "So.", version: answer.version }));
  expect(await told(place, "pr:comment:edited")).toMatchObject({
    comment: { text: "So." },
    previousComment: "Because.",
  });
  await place.dataCenter(`${at}/comments/${answer.id}?version=1`, { method: "DELETE" });
  expect(await told(place, "pr:comment:deleted")).toMatchObject({ comment: { id: answer.id } });
});

test("D40: declined and deleted ones, and new reviewers", async () => {
  await using place = await subscribed();
  const at = await opened(place);
  const reviewers = [{ user: { name: "jane.doe@example.com" } }];
  await place.dataCenter(at, put({ version: 0, title: "Take old", reviewers }));
  expect(await told(place, "pr:reviewer:updated")).toMatchObject({
    addedReviewers: [{ name: "jane.doe@example.com" }],
    removedReviewers: [],
  });
  const shown = (await (await place.dataCenter(at)).json()) as { version: number };
  await place.dataCenter(`${at}/decline?version=${shown.version}`, { method: "POST", body: "{}" });
  expect(await told(place, "pr:declined")).toMatchObject({ pullRequest: { state: "DECLINED", open: false } });
  const version = shown.version + 1;
  await place.dataCenter(at, { method: "DELETE", body: JSON.stringify({ version }) });
  expect(await told(place, "pr:deleted")).toMatchObject({ pullRequest: { id: 1 } });
});

test("D2, D40: from 10.0 on pull requests have ISO dates in webhooks, and eventKey is not first", async () => {
  await using place = await subscribed("10.2.0");
  const at = await opened(place);
  const body = await told(place, "pr:opened");
  expect(Object.keys(body)).toEqual(["date", "actor", "eventKey", "pullRequest"]);
  expect(body.pullRequest.createdDate).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const byRest = (await (await place.dataCenter(at)).json()) as Body["pullRequest"];
  expect(byRest.createdDate).toEqual(expect.any(Number));
});
