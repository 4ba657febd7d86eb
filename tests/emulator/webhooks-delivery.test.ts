/** Deliveries of Cloud's webhooks: headers, signature, attempts, and what is never sent. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import type { Rules } from "../../src/emulator/core/rules.ts";
import { watchedClock } from "../watched-clock.ts";
import { openReceiver, type Received } from "./receiver.ts";
import { bodyOf, type Hooks, json, placeOfHooks, put } from "./webhook-place.ts";

const hooks = "/repositories/acme/widgets/hooks";

interface Made {
  readonly uuid: string;
}

async function hookTo(place: Hooks, body: object = {}): Promise<Made> {
  const wanted = { url: `${place.receiver.url}/hook`, events: ["repo:push"], ...body };
  const answer = await place.cloud(hooks, json(wanted));
  if (answer.status !== 201) throw new Error(await answer.text());
  return (await answer.json()) as Made; // 201 answers the hook
}

const nothing = { push: { changes: [] } };
const header = (received: Received | undefined, name: string) => received?.headers[name];
const noBraces = ({ uuid }: Made) => uuid.slice(1, -1);

test("C36: the captured body and its secret give the captured signature, through a real delivery", async () => {
  await using place = await placeOfHooks();
  const body = readFileSync(new URL("./payloads/cloud-signed-payload.body", import.meta.url));
  expect(body.length).toBe(14_515);
  const hook = await hookTo(place, { secret: "Gkvl$k$wyNpQAF42" });
  const event = { hook: hook.uuid, event: "repo:push", body: body.toString("utf8") };
  expect(place.emulator.control.deliver(event)).toBe(true);
  const [received] = await place.receiver.waitFor(1);
  expect(received?.body.equals(body)).toBe(true);
  expect(header(received, "x-hub-signature")).toBe(
    "sha256=f205c729821c6954aff2afe72b965c34015b4baf96ea8ddc2cc44999c014a035",
  );
});

test("C36: a delivery has its headers, with the hook's id bare, and a signature only where there is a secret", async () => {
  await using place = await placeOfHooks();
  const hook = await hookTo(place);
  place.emulator.control.deliver({ hook: hook.uuid, event: "repo:push", body: nothing });
  const [received] = await place.receiver.waitFor(1);
  expect([received?.method, received?.path]).toEqual(["POST", "/hook"]);
  expect(received?.headers).toMatchObject({
    "x-event-key": "repo:push",
    "x-hook-uuid": noBraces(hook),
    "x-request-uuid": expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    "x-attempt-number": "1",
    "x-event-time": expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/),
    "user-agent": "Bitbucket-Webhooks/2.0",
    "content-type": "application/json",
    "content-length": String(JSON.stringify(nothing).length),
  });
  expect(received?.headerNames).toEqual(expect.arrayContaining(["X-Hook-UUID", "X-Request-UUID"]));
  expect(header(received, "x-hub-signature")).toBeUndefined();
});

/** Answers by a list of statuses, delivers once, and moves the clock on between attempts. */
async function attemptsWith(statuses: readonly number[], rules: Partial<Rules> = {}) {
  const clock = watchedClock();
  await using place = await placeOfHooks({ rules, clock });
  const { control } = place.emulator;
  place.receiver.answerWith((response, at) => response.writeHead(statuses[at] ?? 200).end());
  const hook = await hookTo(place);
  control.deliver({ hook: hook.uuid, event: "repo:push", body: nothing });
  const settled = control.delivered().then(() => true);
  while (!(await Promise.race([settled, clock.asleep(clock.sleeps.length + 1).then(() => false)])))
    control.advance(30);
  return place.receiver.received.map(({ headers }) => [
    headers["x-attempt-number"],
    headers["x-request-uuid"],
  ]);
}

test("C38: a 5xx is tried again twice at most, with the same X-Request-UUID unless the rule says otherwise", async () => {
  const kept = await attemptsWith([500, 503, 502, 500]);
  expect(kept.map(([number]) => number)).toEqual(["1", "2", "3"]);
  expect(new Set(kept.map(([, id]) => id)).size).toBe(1);
  expect(await attemptsWith([500, 200])).toHaveLength(2);
  const changed = await attemptsWith([500, 500], { hookRetryKeepsRequestId: false });
  expect(new Set(changed.map(([, id]) => id)).size).toBe(3);
});

test("C38: a 4xx or a redirect is not tried again, a 4xx is by the rule", async () => {
  for (const status of [404, 410, 429, 301, 307]) expect(await attemptsWith([status])).toHaveLength(1);
  expect(await attemptsWith([404, 404, 404, 404], { hookRetriesClientErrors: true })).toHaveLength(3);
});

test("C38: attempts are spaced by the emulator's clock", async () => {
  const clock = watchedClock();
  await using place = await placeOfHooks({ rules: { hookRetrySeconds: 3600 }, clock });
  place.receiver.answerWith((response) => response.writeHead(500).end());
  const hook = await hookTo(place);
  const { control } = place.emulator;
  control.deliver({ hook: hook.uuid, event: "repo:push", body: nothing });
  await clock.asleep(1);
  expect([place.receiver.received.length, clock.sleeps]).toEqual([1, [3_600_000]]);
  control.advance(3590);
  expect(await Promise.race([control.delivered(), Promise.resolve("waiting")])).toBe("waiting");
  control.advance(20);
  await place.receiver.waitFor(2);
});

test("C38: who does not answer in time is not asked again, except by the rule", async () => {
  const countOf = async (rules: Partial<Rules>) => {
    await using place = await placeOfHooks({ rules: { hookTimeoutMilliseconds: 40, ...rules } });
    place.receiver.answerWith(() => {});
    const hook = await hookTo(place);
    const { control } = place.emulator;
    control.deliver({ hook: hook.uuid, event: "repo:push", body: nothing });
    await control.delivered();
    return control.deliveries().map(({ status, error, attempt }) => [attempt, status, error]);
  };
  const late = "timeout: No answer within 40 ms.";
  expect(await countOf({})).toEqual([[1, null, late]]);
  expect(await countOf({ hookRetriesTimeouts: true, hookRetrySeconds: 0 })).toEqual([
    [1, null, late],
    [2, null, late],
    [3, null, late],
  ]);
});

test("C38: a receiver that never ends its answer holds nobody up: what it said is enough", async () => {
  await using place = await placeOfHooks({ rules: { hookTimeoutMilliseconds: 5000 } });
  place.receiver.answerWith((response) => {
    response.writeHead(200);
    const write = (): void => {
      if (!response.destroyed) response.write("x".repeat(8192), () => setImmediate(write));
    };
    write();
  });
  const hook = await hookTo(place);
  const { control } = place.emulator;
  control.deliver({ hook: hook.uuid, event: "repo:push", body: nothing });
  await control.delivered();
  expect(control.deliveries()).toEqual([expect.objectContaining({ status: 200, attempt: 1 })]);
});

test("C38: a body of more than 256 KB is dropped without a trace, and only control knows", async () => {
  await using place = await placeOfHooks();
  const hook = await hookTo(place);
  const { control } = place.emulator;
  const send = (bytes: number) =>
    control.deliver({ hook: hook.uuid, event: "repo:push", body: "x".repeat(bytes) });
  send(256 * 1024 + 1);
  send(256 * 1024);
  await control.delivered();
  expect(place.receiver.received.map(({ body }) => body.length)).toEqual([256 * 1024]);
  expect(control.deliveries().map(({ attempt, reason, bytes }) => [attempt, reason !== null, bytes])).toEqual(
    [
      [0, true, 256 * 1024 + 1],
      [1, false, 256 * 1024],
    ],
  );
});

test("C39: only what was subscribed is sent, only to active hooks, and making a hook sends nothing", async () => {
  await using place = await placeOfHooks();
  const second = await openReceiver();
  const push = await hookTo(place, { url: `${place.receiver.url}/push` });
  await hookTo(place, { url: `${place.receiver.url}/pr`, events: ["pullrequest:created"] });
  await hookTo(place, { url: `${place.receiver.url}/idle`, active: false });
  await place.cloud("/workspaces/acme/hooks", json({ url: second.url, events: ["repo:push"] }));
  await place.cloud("/workspaces/acme/hooks", json({ url: second.url, events: ["repo:fork"] }));
  const git = await place.clone("cloud");
  await git("push", "--quiet", "origin", "HEAD:refs/heads/new");
  await Promise.all([place.receiver.waitFor(1), second.waitFor(1)]);
  await place.emulator.control.delivered();
  expect(place.receiver.received.map(({ path }) => path)).toEqual(["/push"]);
  expect(second.received).toHaveLength(1);
  expect(second.received[0]?.body).toEqual(place.receiver.received[0]?.body);

  await place.cloud(
    `${hooks}/${push.uuid}`,
    put({ url: `${place.receiver.url}/push`, events: ["repo:push"], active: false }),
  );
  await git("push", "--quiet", "origin", "--delete", "new");
  await second.waitFor(2);
  await place.emulator.control.delivered();
  expect(place.receiver.received).toHaveLength(1);
  await second.close();
});

test("nothing is sent to a private address once the rule is off again, whatever was made before", async () => {
  await using place = await placeOfHooks();
  const hook = await hookTo(place);
  const rules = place.emulator.rules as { -readonly [Name in keyof Rules]: Rules[Name] }; // control changes them, too
  rules.hooksToPrivateAddresses = false;
  const { control } = place.emulator;
  control.deliver({ hook: hook.uuid, event: "repo:push", body: nothing });
  await control.delivered();
  expect(control.deliveries().map(({ status, error }) => [status, error])).toEqual([
    [null, expect.stringContaining("is no public address")],
  ]);
  expect(place.receiver.received).toEqual([]);
});

test("control lists attempts over HTTP without secrets, sends again with the same request id, and forgets", async () => {
  await using place = await placeOfHooks();
  const at = `${place.emulator.urls.control}/deliveries`;
  const url = `${place.receiver.url.replace("http://", "http://me:hidden@")}/hook`;
  const hook = await hookTo(place, { secret: "hush-hush", url });
  await fetch(at, json({ hook: hook.uuid, event: "repo:push", body: nothing }));
  await place.emulator.control.delivered();
  const text = await (await fetch(at)).text();
  const { deliveries } = JSON.parse(text);
  expect(deliveries).toEqual([
    {
      id: "delivery-1",
      at: expect.any(String),
      product: "cloud",
      hook: noBraces(hook),
      event: "repo:push",
      url: `${place.receiver.url}/hook`,
      requestId: header(place.receiver.received[0], "x-request-uuid"),
      attempt: 1,
      status: 200,
      error: null,
      milliseconds: expect.any(Number),
      bytes: JSON.stringify(nothing).length,
      reason: null,
      redeliveryOf: null,
    },
  ]);
  expect(text).not.toMatch(/hush-hush|hidden|sha256=/);
  const again = await fetch(`${at}/delivery-1/redeliver`, { method: "POST" });
  expect(await again.json()).toMatchObject({
    requestId: deliveries[0].requestId,
    redeliveryOf: "delivery-1",
    status: 200,
  });
  const renewed = await fetch(`${at}/delivery-1/redeliver`, json({ sameRequestId: false }));
  expect(((await renewed.json()) as { requestId: string }).requestId).not.toBe(deliveries[0].requestId);
  expect(bodyOf(place.receiver.received[1] as Received)).toEqual(nothing); // two were just received
  expect((await fetch(`${at}/delivery-9/redeliver`, { method: "POST" })).status).toBe(404);
  expect((await fetch(at, json({ hook: "1", event: "repo:push", body: {} }))).status).toBe(404);
  expect((await fetch(at, { method: "DELETE" })).status).toBe(204);
  expect(place.emulator.control.deliveries()).toEqual([]);
});

test("a reset forgets hooks and deliveries, and closing cuts what is under way", async () => {
  const place = await placeOfHooks();
  let cut = false;
  const closed = Promise.withResolvers<void>();
  place.receiver.answerWith((response) =>
    response.on("close", () => {
      cut = true;
      closed.resolve();
    }),
  );
  const hook = await hookTo(place);
  const { control } = place.emulator;
  control.deliver({ hook: hook.uuid, event: "repo:push", body: nothing });
  await place.receiver.waitFor(1);
  await place.emulator.reset();
  await closed.promise;
  expect([cut, control.deliveries()]).toEqual([true, []]);
  expect(control.deliver({ hook: hook.uuid, event: "repo:push", body: nothing })).toBe(false);
  await place[Symbol.asyncDispose]();
});

test("a receiver that hangs up is noted as such", async () => {
  await using place = await placeOfHooks();
  const rude = createServer((request) => request.socket.destroy());
  await new Promise<void>((resolve) => rude.listen(0, "127.0.0.1", resolve));
  const { port } = rude.address() as { port: number }; // a TCP server that listens
  const hook = await hookTo(place, { url: `http://127.0.0.1:${port}/` });
  const { control } = place.emulator;
  control.deliver({ hook: hook.uuid, event: "repo:push", body: nothing });
  await control.delivered();
  expect(control.deliveries()).toEqual([
    expect.objectContaining({ status: null, error: expect.stringMatching(/^network: /) }),
  ]);
  await new Promise((resolve) => rude.close(resolve));
});
