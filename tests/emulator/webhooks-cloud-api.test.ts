/** Webhooks of Cloud over its API. */
import { expect, test } from "vitest";
import { createEmulator } from "../../src/emulator/emulator.ts";
import { basic, call, seen, tokensFor } from "./client.ts";
import { json, placeOfHooks, put } from "./webhook-place.ts";

interface HookBody {
  readonly uuid: string;
  readonly links: { readonly self: { readonly href: string } };
}

const hooks = "/repositories/acme/widgets/hooks";
const wanted = { description: "CI", url: "http://127.0.0.1:9/hook", active: true, events: ["repo:push"] };

test("C34: a hook is made, read, changed, listed and deleted, and its secret never comes back", async () => {
  await using place = await placeOfHooks();
  const made = await place.cloud(hooks, json({ ...wanted, secret: "hush" }));
  const text = await made.text();
  expect([made.status, text.includes("hush")]).toEqual([201, false]);
  const hook = JSON.parse(text);
  expect(Object.keys(hook)).toEqual(
    "type uuid description url active skip_cert_verification events created_at subject links source read_only history_enabled secret_set".split(
      " ",
    ),
  );
  expect(hook).toMatchObject({
    ...wanted,
    type: "webhook_subscription",
    uuid: expect.stringMatching(/^\{[0-9a-f-]{36}\}$/),
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    secret_set: true,
    subject: { type: "repository", full_name: "acme/widgets" },
  });
  const one = `${hooks}/${encodeURIComponent(hook.uuid)}`;
  expect(hook.links.self.href).toBe(`${place.emulator.urls.api}/2.0${one}`);
  expect(await seen(place.cloud(one))).toEqual([200, hook]);
  expect(await seen(place.cloud(hooks))).toEqual([200, { pagelen: 10, page: 1, size: 1, values: [hook] }]);

  const secretAfter = async (body: object) =>
    ((await (await place.cloud(one, put({ ...wanted, ...body }))).json()) as { secret_set: boolean })
      .secret_set;
  expect(await secretAfter({ description: "CI 2" })).toBe(true);
  expect(await secretAfter({ secret: null })).toBe(false);
  expect(await secretAfter({ secret: "again" })).toBe(true);
  expect(await secretAfter({ secret: "" })).toBe(false);

  expect((await place.cloud(one, { method: "DELETE" })).status).toBe(204);
  expect((await place.cloud(one)).status).toBe(404);
  expect((await place.cloud(one, { method: "DELETE" })).status).toBe(404);
});

test.each([null, "", undefined])("C34: a hook made with the secret %j has none", async (secret) => {
  await using place = await placeOfHooks();
  const [status, hook] = await seen(place.cloud(hooks, json({ ...wanted, secret })));
  expect([status, hook]).toEqual([201, expect.objectContaining({ secret_set: false })]);
});

test("C34: a hook without url is 400 with fields as a list, in the words that were captured", async () => {
  await using place = await placeOfHooks();
  const { url: _, ...rest } = wanted;
  const thrown =
    'io.atlassian.webhooks.config.exceptions.FieldValidationException: Required field: "url" is not present';
  expect(await seen(place.cloud(hooks, json(rest)))).toEqual([
    400,
    {
      type: "error",
      error: {
        message: "Bad request",
        fields: [`Field: {${thrown}.field} Error: {${thrown}.message}`],
      },
    },
  ]);
});

test.each([
  ["no events", { events: [] }],
  ["an event that is none", { events: ["repo:pushed"] }],
  ["an event twice", { events: ["repo:push", "repo:push"] }],
  ["an event only workspaces have", { events: ["project:updated"] }],
  ["an address that is none", { url: "example.com/hook" }],
  ["another protocol", { url: "ftp://example.com/" }],
  ["null for a boolean", { skip_cert_verification: null }],
  ["a secret of 129 characters", { secret: "x".repeat(129) }],
])("C34: a hook with %s is 400", async (_, change) => {
  await using place = await placeOfHooks();
  // The app's scopes have no project; asked first, they would answer 403.
  const { token } = place.emulator.control.addAccessToken({
    workspace: "acme",
    scopes: ["webhook", "project"],
  });
  const headers = { authorization: `Bearer ${token}` };
  const answer = await place.cloud(hooks, { ...json({ ...wanted, ...change }), headers });
  expect(await seen(answer)).toEqual([
    400,
    { type: "error", error: { message: "Bad request", fields: [expect.any(String)] } },
  ]);
});

test("C34: addresses that lead nowhere outside are 400, and a rule lets them pass", async () => {
  await using strict = await placeOfHooks({ rules: { hooksToPrivateAddresses: false } });
  const statusOf = async (url: string) => (await strict.cloud(hooks, json({ ...wanted, url }))).status;
  for (const host of [
    ...["localhost:3000", "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.9.9", "169.254.169.254", "0.0.0.0"],
    ...["[::1]", "[fc00::1]", "[::ffff:127.0.0.1]", "100.64.0.1", "intranet", "ci.internal", "2130706433"],
  ])
    expect([host, await statusOf(`http://${host}/hook`)]).toEqual([host, 400]);
  expect(strict.emulator.control.requests().at(-1)).toMatchObject({
    status: 400,
    hint: "the rule hooksToPrivateAddresses lets hooks go there",
  });
  expect(await statusOf("https://93.184.216.34/hook")).toBe(201);
  const [hook] = ((await (await strict.cloud(hooks)).json()) as { values: HookBody[] }).values;
  const moved = await strict.cloud(`${hooks}/${hook?.uuid}`, put({ ...wanted, url: "http://localhost/" }));
  expect(moved.status).toBe(400);

  await using local = await placeOfHooks();
  expect((await local.cloud(hooks, json(wanted))).status).toBe(201);
});

test("C34: without administration 403, hidden 404, without the scope 403 with what is required", async () => {
  await using place = await placeOfHooks();
  const jane = await tokensFor(place.emulator, "Jane Roe");
  const sam = await tokensFor(place.emulator, "Sam Solo");
  const urlOfHooks = `/2.0${hooks}`;
  expect(await seen(call(place.emulator, urlOfHooks, jane.access_token))).toEqual([
    403,
    { type: "error", error: { message: "Forbidden" } },
  ]);
  expect((await call(place.emulator, urlOfHooks, sam.access_token)).status).toBe(404);
  expect((await fetch(`${place.emulator.urls.api}${urlOfHooks}`)).status).toBe(401);
  const narrow = await tokensFor(place.emulator, "John Doe", { scope: "repository webhook" });
  expect((await call(place.emulator, urlOfHooks, narrow.access_token)).status).toBe(200);
  const headers = { authorization: `Bearer ${narrow.access_token}` };
  const body = { ...wanted, events: ["repo:push", "pullrequest:created"] };
  expect(await seen(place.cloud(hooks, { ...json(body), headers }))).toEqual([
    403,
    expect.objectContaining({
      error: expect.objectContaining({
        detail: {
          required: ["webhook", "repository", "pullrequest"],
          granted: ["repository", "webhook"],
        },
      }),
    }),
  ]);
});

test("C34: API tokens need the granular scopes of what they do", async () => {
  await using place = await placeOfHooks();
  const { control } = place.emulator;
  const as = (scopes: readonly string[]) => {
    const { token } = control.addApiToken({ person: "johndoe", scopes: [...scopes] });
    return { authorization: basic("user@example.com", token) };
  };
  const read = "read:webhook:bitbucket";
  const write = [read, "write:webhook:bitbucket"];
  const status = async (init: RequestInit, scopes: readonly string[], path = hooks) =>
    (await place.cloud(path, { ...init, headers: as(scopes) })).status;
  expect(await status({}, [read])).toBe(200);
  expect(await status({}, ["write:webhook:bitbucket"])).toBe(403);
  expect(await status(json(wanted), [read])).toBe(403);
  expect(await status(json(wanted), write)).toBe(403);
  expect(await status(json(wanted), [...write, "read:repository:bitbucket"])).toBe(201);
  const [hook] = ((await (await place.cloud(hooks)).json()) as { values: HookBody[] }).values;
  expect(await status({ method: "DELETE" }, write, `${hooks}/${hook?.uuid}`)).toBe(403);
  expect(await status({ method: "DELETE" }, ["delete:webhook:bitbucket"], `${hooks}/${hook?.uuid}`)).toBe(
    204,
  );
});

test("C34: hooks of a workspace belong to its owners", async () => {
  await using place = await placeOfHooks();
  const at = "/workspaces/acme/hooks";
  const [status, hook] = await seen(place.cloud(at, json(wanted)));
  expect([status, hook]).toEqual([
    201,
    expect.objectContaining({ subject: expect.objectContaining({ type: "workspace", slug: "acme" }) }),
  ]);
  const { links } = hook as HookBody; // as was just seen
  const one = links.self.href.split("/2.0")[1] ?? "";
  expect(await seen(place.cloud(one))).toEqual([200, hook]);
  expect(await seen(place.cloud(at))).toEqual([200, expect.objectContaining({ values: [hook] })]);
  expect((await place.cloud(one, put({ ...wanted, events: ["project:updated"] }))).status).toBe(403);
  expect((await place.cloud(one, put({ ...wanted, active: false }))).status).toBe(200);
  expect(await seen(place.cloud(hooks))).toEqual([200, expect.objectContaining({ size: 0 })]);
  const jane = await tokensFor(place.emulator, "Jane Roe");
  expect((await call(place.emulator, `/2.0${at}`, jane.access_token)).status).toBe(403);
  expect((await place.cloud("/workspaces/nowhere/hooks")).status).toBe(404);
  expect((await place.cloud(one, { method: "DELETE" })).status).toBe(204);
  expect((await place.cloud(one)).status).toBe(404);
});

test("C34: anybody may ask which events there are, and a workspace has more of them", async () => {
  await using emulator = await createEmulator();
  const at = `${emulator.urls.api}/2.0/hook_events`;
  const types = ["repository", "workspace"] as const;
  expect(await seen(fetch(at))).toEqual([
    200,
    Object.fromEntries(types.map((type) => [type, { links: { events: { href: `${at}/${type}` } } }])),
  ]);
  const [repository, workspace] = await Promise.all(
    types.map(
      async (type) =>
        (await (await fetch(`${at}/${type}?pagelen=100`)).json()) as {
          size: number;
          values: { event: string }[];
        },
    ),
  );
  const names = repository?.values.map(({ event }) => event);
  expect(names).toEqual(expect.arrayContaining(["repo:push", "pullrequest:fulfilled", "issue:created"]));
  expect(names).not.toContain("project:updated");
  expect(workspace?.size).toBe(29);
  expect((await fetch(`${at}/team`)).status).toBe(404);
});

test("rules of hooks: active unless told, what a change may leave out, the same address twice", async () => {
  await using place = await placeOfHooks({
    rules: { hookActiveUnlessTold: false, hookUpdateKeepsRest: true, hookUrlTwice: false },
  });
  const { active: _, ...silent } = wanted;
  const [, hook] = await seen(place.cloud(hooks, json(silent)));
  expect(hook).toMatchObject({ active: false });
  expect((await place.cloud(hooks, json(wanted))).status).toBe(400);
  const one = `${hooks}/${(hook as HookBody).uuid}`; // as it was answered
  expect(await seen(place.cloud(one, put({ active: true })))).toEqual([
    200,
    expect.objectContaining({ ...wanted }),
  ]);

  await using usual = await placeOfHooks();
  const [, own] = await seen(usual.cloud(hooks, json(silent)));
  expect(own).toMatchObject({ active: true });
  expect((await usual.cloud(hooks, json(wanted))).status).toBe(201);
  expect((await usual.cloud(`${hooks}/${(own as HookBody).uuid}`, put({ active: false }))).status).toBe(400);
});
