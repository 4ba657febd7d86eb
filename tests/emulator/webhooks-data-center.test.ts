/** Webhooks of Data Center and Server over REST, and their deliveries. */
import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import type { EmulatorOptions } from "../../src/emulator/emulator.ts";
import { callerAt, dataCenterOf, refusalOf } from "./data-center.ts";
import type { Received } from "./receiver.ts";
import { bodyOf, type Hooks, json, placeOfHooks, put } from "./webhook-place.ts";

const webhooks = "/projects/ACME/repos/widgets/webhooks";
const wanted = { name: "CI", url: "http://127.0.0.1:9/hook", active: true, events: ["repo:refs_changed"] };

interface Made {
  readonly id: number;
  readonly configuration: { readonly secret?: string };
  readonly createdDate: number;
  readonly updatedDate: number;
}

async function made(place: Hooks, body: object = {}, at = webhooks): Promise<Made> {
  const answer = await place.dataCenter(at, json({ ...wanted, url: `${place.receiver.url}/hook`, ...body }));
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Made; // what is made is answered
}

async function jsonOf<Body>(answer: Promise<Response>): Promise<Body> {
  return (await (await answer).json()) as Body; // the test says which keys it reads
}

const ofVersion = (version: string): EmulatorOptions => ({ dataCenter: { version } });
const header = (received: Received | undefined, name: string) => received?.headers[name];

test("D38: a hook is made 201, read with its secret, changed, and gone after its deletion", async () => {
  await using place = await placeOfHooks();
  const answer = await place.dataCenter(
    webhooks,
    json({ ...wanted, configuration: { secret: "hush", a: "b" } }),
  );
  expect(answer.status).toBe(201);
  const hook = (await answer.json()) as Made; // 201 answers the hook
  expect(hook).toEqual({
    id: 1,
    ...wanted,
    createdDate: expect.any(Number),
    updatedDate: hook.createdDate,
    configuration: { secret: "hush", a: "b" },
    scopeType: "repository",
    sslVerificationRequired: true,
  });
  expect(Math.abs(hook.createdDate - place.emulator.clock.now().getTime())).toBeLessThan(60_000);
  expect(await jsonOf(place.dataCenter(`${webhooks}/1`))).toEqual(hook);
  place.emulator.control.advance(60);
  const changed = await jsonOf<Made>(place.dataCenter(`${webhooks}/1`, put({ ...wanted, name: "CI 2" })));
  expect(changed).toMatchObject({
    name: "CI 2",
    createdDate: hook.createdDate,
    configuration: { secret: "hush" },
  });
  expect(changed.updatedDate).toBeGreaterThan(hook.updatedDate + 59_000);
  const without = place.dataCenter(`${webhooks}/1`, put({ ...wanted, configuration: {} }));
  expect((await jsonOf<Made>(without)).configuration).toEqual({});
  expect((await place.dataCenter(`${webhooks}/1`, { method: "DELETE" })).status).toBe(204);
  expect(await refusalOf(place.dataCenter(`${webhooks}/1`))).toEqual([
    404,
    "NoSuchWebhookException",
    "Webhook 1 does not exist.",
  ]);
  expect((await made(place)).id).toBe(2);
});

test("D38: the status of creation and the secret of readings by the rules", async () => {
  await using place = await placeOfHooks({
    dataCenterRules: { hookCreateStatus: 200, hookSecret: "masked" },
  });
  const body = { ...wanted, url: place.receiver.url, configuration: { secret: "hush" } };
  const answer = await place.dataCenter(webhooks, json(body));
  const hook = (await answer.json()) as Made; // as above
  expect([answer.status, hook.configuration.secret]).toEqual([200, "*****"]);
  await place.dataCenter(`${webhooks}/1`, put({ ...body, configuration: hook.configuration }));
  const event = { product: "dataCenter", hook: "1", event: "repo:refs_changed", body: "{}" } as const;
  place.emulator.control.deliver(event);
  const [received] = await place.receiver.waitFor(1);
  const signature = createHmac("sha256", "hush").update("{}").digest("hex");
  expect(header(received, "x-hub-signature")).toBe(`sha256=${signature}`);
});

test("D38: an unknown event is 400 in the words that were captured, pr:from_ref_updated before 7.0", async () => {
  await using place = await placeOfHooks(ofVersion("6.10.0"));
  const events = ["repo:refs_changed", "pr:from_ref_updated"];
  const answer = await place.dataCenter(webhooks, json({ ...wanted, events }));
  expect([answer.status, await answer.json()]).toEqual([
    400,
    {
      errors: [
        { context: "events[1].id", message: "the event pr:from_ref_updated is unknown", exceptionName: null },
      ],
    },
  ]);
  await using newer = await placeOfHooks(ofVersion("7.0.0"));
  expect((await newer.dataCenter(webhooks, json({ ...wanted, events }))).status).toBe(201);
});

test.each([
  ["no name", { name: "" }],
  ["no url", { url: undefined }],
  ["another protocol", { url: "ftp://example.com" }],
  ["no events", { events: [] }],
  ["an event of Cloud", { events: ["repo:push"] }],
  ["an event of projects", { events: ["project:modified"] }],
  ["a configuration that is text", { configuration: "secret" }],
])("D38: %s is 400", async (_, change) => {
  await using place = await placeOfHooks();
  expect((await place.dataCenter(webhooks, json({ ...wanted, ...change }))).status).toBe(400);
});

test("D38: who does not administer is 401, and a project's hooks are its administrators'", async () => {
  await using place = await placeOfHooks();
  const jane = callerAt(dataCenterOf(place.emulator), "jane.doe@example.com");
  for (const at of [webhooks, "/projects/ACME/webhooks"])
    for (const method of ["GET", "POST"]) {
      const answer = await jane(`/rest/api/latest${at}`, {
        method,
        headers: { "content-type": "application/json" },
        ...(method === "POST" ? { body: JSON.stringify(wanted) } : {}),
      });
      expect([at, method, answer.status]).toEqual([at, method, 401]);
    }
  const hook = await made(place, { events: ["project:modified"] }, "/projects/ACME/webhooks");
  expect(hook).toMatchObject({ scopeType: "project" });
  expect((await place.dataCenter(`${webhooks}/${hook.id}`)).status).toBe(404);
  expect((await place.dataCenter("/projects/NONE/webhooks")).status).toBe(404);
  expect((await place.dataCenter("/projects/ACME/repos/none/webhooks")).status).toBe(404);
  const search = await jsonOf<{ values: Made[] }>(place.dataCenter(`${webhooks}/search`));
  expect(search.values.map(({ id }) => id)).toEqual([hook.id]);
});

test("D38: hooks are paged, and found by an event", async () => {
  await using place = await placeOfHooks();
  for (const events of [["repo:refs_changed"], ["pr:merged"], ["pr:merged", "pr:opened"]])
    await made(place, { events });
  const page = (query: string) =>
    jsonOf<{ values: Made[]; nextPageStart: number | null }>(place.dataCenter(`${webhooks}?${query}`));
  expect((await page("limit=2")).nextPageStart).toBe(2);
  expect((await page("event=pr:merged")).values.map(({ id }) => id)).toEqual([2, 3]);
  expect((await page("statistics=true")).values[0]).toMatchObject({
    statistics: { counts: { errors: 0, failures: 0, successes: 0 } },
  });
});

test("D38: anybody may ask which events there are", async () => {
  await using place = await placeOfHooks();
  const nobody = callerAt(dataCenterOf(place.emulator), null);
  const { capabilities } = await jsonOf<{ capabilities: { webhooks: string } }>(nobody("/rest/capabilities"));
  const body = await jsonOf<{ "application-webhooks": string[] }>(fetch(capabilities.webhooks));
  expect(body["application-webhooks"]).toContain("repo:refs_changed");
});

test("D39: test sends an unsigned ping and answers what was sent and answered", async () => {
  await using place = await placeOfHooks();
  const { id } = await made(place, { configuration: { secret: "hush" } });
  const url = encodeURIComponent(`${place.receiver.url}/hook`);
  const answer = await place.dataCenter(`${webhooks}/test?url=${url}&webhookId=${id}`, { method: "POST" });
  expect([answer.status, await answer.json()]).toEqual([
    200,
    {
      request: expect.objectContaining({ method: "POST", url: `${place.receiver.url}/hook` }),
      result: expect.objectContaining({ outcome: "SUCCESS", statusCode: 200, body: "thank you" }),
    },
  ]);
  const [ping] = place.receiver.received;
  expect(ping?.body.toString()).toBe('{"test": true}');
  expect([header(ping, "x-event-key"), header(ping, "x-hub-signature")]).toEqual([
    "diagnostics:ping",
    undefined,
  ]);
  expect((await place.dataCenter(`${webhooks}/${id}/latest`)).status).toBe(204);
  const refused = place.dataCenter(`${webhooks}/test?url=http://127.0.0.1:1/`, { method: "POST" });
  expect(await jsonOf(refused)).toMatchObject({ result: { outcome: "ERROR" } });
  expect((await place.dataCenter(`${webhooks}/test?webhookId=99`, { method: "POST" })).status).toBe(404);
});

test("D39: the ping is signed by the rule", async () => {
  await using place = await placeOfHooks({ dataCenterRules: { pingSigned: true } });
  const { id } = await made(place, { configuration: { secret: "hush" } });
  await place.dataCenter(`${webhooks}/test?webhookId=${id}`, { method: "POST" });
  expect(header(place.receiver.received[0], "x-hub-signature")).toMatch(/^sha256=[0-9a-f]{64}$/);
});

const zeros = "0".repeat(40);

interface PushBody {
  readonly actor: object;
  readonly date: string;
  readonly changes: readonly {
    readonly type: string;
    readonly refId: string;
    readonly fromHash: string;
    readonly toHash: string;
  }[];
  readonly commits?: readonly { readonly id: string; readonly authorTimestamp: number | string }[];
  readonly toCommit?: { readonly id: string; readonly parents: readonly { readonly message: string }[] };
}

test("D40: a delivery's headers, its signature over the exact bytes, and Basic from credentials", async () => {
  await using place = await placeOfHooks();
  await made(place, {
    configuration: { secret: "hush" },
    credentials: { username: "ci", password: "pass:word" },
  });
  const git = await place.clone("dataCenter");
  await git("push", "--quiet", "origin", "HEAD:refs/heads/new");
  const [received] = await place.receiver.waitFor(1);
  expect(received?.headers).toMatchObject({
    "x-event-key": "repo:refs_changed",
    "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    "x-hub-signature": `sha256=${createHmac("sha256", "hush")
      .update(received?.body ?? "")
      .digest("hex")}`,
    authorization: `Basic ${btoa("ci:pass:word")}`,
    "content-type": "application/json; charset=utf-8",
    "user-agent": expect.stringMatching(/^Atlassian HttpClient/),
  });
  const shown = await (await place.dataCenter(webhooks)).text();
  expect(shown).not.toContain("pass:word");
});

test("D40: made, moved and deleted branches of one push, with zeros for what is not there", async () => {
  await using place = await placeOfHooks();
  await made(place);
  const git = await place.clone("dataCenter");
  const [before, old] = [await git("rev-parse", "HEAD"), await git("rev-parse", "origin/old")];
  await git("commit", "--quiet", "--allow-empty", "-m", "more");
  const after = await git("rev-parse", "HEAD");
  await git("push", "--quiet", "origin", "main", "HEAD:refs/heads/new", ":refs/heads/old");
  const [received] = await place.receiver.waitFor(1);
  const body = bodyOf<PushBody>(received as Received); // one was waited for
  expect(body.changes.map(({ type, refId, fromHash, toHash }) => [type, refId, fromHash, toHash])).toEqual([
    ["UPDATE", "refs/heads/main", before, after],
    ["ADD", "refs/heads/new", zeros, after],
    ["DELETE", "refs/heads/old", old, zeros],
  ]);
  expect(body).toMatchObject({
    date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/),
    actor: { name: "johndoe", type: "NORMAL" },
    repository: { slug: "widgets", project: { key: "ACME" } },
  });
});

test("D40: an annotated tag is named by its own object", async () => {
  await using place = await placeOfHooks();
  await made(place);
  const git = await place.clone("dataCenter");
  await git("tag", "-a", "v2", "-m", "two");
  await git("push", "--quiet", "origin", "v2");
  const [received] = await place.receiver.waitFor(1);
  const { changes, toCommit } = bodyOf<PushBody>(received as Received); // one was waited for
  const [object, head] = [await git("rev-parse", "v2"), await git("rev-parse", "HEAD")];
  expect(object).not.toBe(head);
  expect(changes[0]).toMatchObject({ toHash: object, ref: { id: "refs/tags/v2", type: "TAG" } });
  expect(toCommit?.id).toBe(head);
});

test.each([
  ["7.21.0", "eventKey date actor repository changes", null],
  ["9.4.2", "eventKey date actor repository changes commits toCommit", expect.any(Number)],
  ["10.2.0", "date actor toCommit eventKey changes commits repository", expect.stringMatching(/\.000Z$/)],
])("D2, D40: a push as %s tells it", async (version, keys, date) => {
  await using place = await placeOfHooks(ofVersion(version));
  await made(place);
  const git = await place.clone("dataCenter");
  for (const number of [1, 2, 3, 4, 5, 6]) await git("commit", "--quiet", "--allow-empty", "-m", `${number}`);
  await git("push", "--quiet", "origin", "main");
  const [received] = await place.receiver.waitFor(1);
  const body = bodyOf<PushBody>(received as Received); // one was waited for
  expect(Object.keys(body)).toEqual(keys.split(" "));
  if (date === null) return;
  expect(body.commits).toHaveLength(5);
  expect(body.commits?.[0]).toMatchObject({ id: await git("rev-parse", "HEAD"), authorTimestamp: date });
  expect(body.toCommit).toMatchObject({ id: body.commits?.[0]?.id, parents: [{ message: "5" }] });
});

test("D40: hooks that are idle, of other events or of other repositories hear nothing; a project's hears all", async () => {
  await using place = await placeOfHooks();
  await made(place, { active: false });
  await made(place, { events: ["pr:opened"] });
  const project = await made(place, {}, "/projects/ACME/webhooks");
  const git = await place.clone("dataCenter");
  await git("push", "--quiet", "origin", "HEAD:refs/heads/new");
  await place.receiver.waitFor(1);
  await place.emulator.control.delivered();
  expect(place.emulator.control.deliveries().map(({ hook }) => hook)).toEqual([String(project.id)]);
});

test("D41: nothing is tried again; latest and statistics remember, and control delivers once more", async () => {
  await using place = await placeOfHooks();
  const { id } = await made(place);
  const { control } = place.emulator;
  place.receiver.answerWith((response, at) => response.writeHead(at === 0 ? 503 : 204).end());
  const git = await place.clone("dataCenter");
  await git("push", "--quiet", "origin", "HEAD:refs/heads/new");
  await control.delivered();
  expect(place.receiver.received).toHaveLength(1);
  const latest = (query = "") => jsonOf(place.dataCenter(`${webhooks}/${id}/latest${query}`));
  expect(await latest()).toMatchObject({
    event: "repo:refs_changed",
    duration: expect.any(Number),
    request: { method: "POST", url: `${place.receiver.url}/hook` },
    result: { outcome: "FAILURE", statusCode: 503 },
  });
  const [entry] = control.deliveries();
  const again = await control.redeliver(entry?.id ?? "");
  expect(again).toMatchObject({ status: 204, requestId: entry?.requestId });
  expect(header(place.receiver.received[1], "x-request-id")).toBe(entry?.requestId);
  expect(place.receiver.received[1]?.body).toEqual(place.receiver.received[0]?.body);
  expect(await latest("?outcome=FAILURE")).toMatchObject({ result: { statusCode: 503 } });
  expect(await latest()).toMatchObject({ result: { outcome: "SUCCESS" } });
  const counts = { counts: { errors: 0, failures: 1, successes: 1 } };
  expect(await jsonOf(place.dataCenter(`${webhooks}/${id}/statistics`))).toMatchObject(counts);
  expect(await jsonOf(place.dataCenter(`${webhooks}/${id}/statistics/summary`))).toMatchObject({
    "repo:refs_changed": counts,
  });
});

test("D38, D39, D41: a project's hooks have all that a repository's have, the search apart", async () => {
  await using place = await placeOfHooks();
  const at = "/projects/ACME/webhooks";
  const hook = await made(place, {}, at);
  const status = async (path: string, init?: RequestInit) =>
    (await place.dataCenter(`${at}${path}`, init)).status;
  expect(await status("")).toBe(200);
  expect(await status(`/${hook.id}`, put({ ...wanted, url: place.receiver.url }))).toBe(200);
  expect(await status("/test?webhookId=1", { method: "POST" })).toBe(200);
  expect(await status("/test", { method: "POST" })).toBe(400);
  for (const path of ["/latest", "/statistics/summary"]) expect(await status(`/1${path}`)).toBe(204);
  const event = { product: "dataCenter", hook: "1", event: "repo:refs_changed", body: {} } as const;
  place.emulator.control.deliver(event);
  await place.emulator.control.delivered();
  for (const path of ["", "/latest", "/statistics", "/statistics/summary"])
    expect(await status(`/1${path}`)).toBe(200);
  expect(await status("/search")).toBe(404);
  expect(await status("/1", { method: "DELETE" })).toBe(204);
  for (const path of ["", "/latest", "/statistics", "/statistics/summary"])
    expect(await status(`/1${path}`)).toBe(404);
});

test("D41: a redelivery has a request id of its own by the rule", async () => {
  await using place = await placeOfHooks({ dataCenterRules: { redeliveryKeepsRequestId: false } });
  const { id } = await made(place);
  const { control } = place.emulator;
  control.deliver({ product: "dataCenter", hook: String(id), event: "pr:opened", body: {} });
  await control.delivered();
  const [entry] = control.deliveries();
  expect((await control.redeliver(entry?.id ?? ""))?.requestId).not.toBe(entry?.requestId);
});
