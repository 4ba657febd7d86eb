/** API tokens from the outside: made on the page or by control, used as Basic with the e-mail address, expired, revoked. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { basic, call, seen } from "./client.ts";
import { type Fields, personAt } from "./person.ts";

const list = "/account/settings/api-tokens/";
const scopedForm = `${list}new-with-scopes`;
const unsupported = {
  type: "error",
  error: { message: "Token is invalid, expired, or not supported for this endpoint." },
};
let folder: string;
let emulator: Emulator;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "emulator-api-tokens-"));
  execFileSync("git", ["init", "--quiet", folder]);
  emulator = await createEmulator({
    repositories: [
      { path: folder, workspace: "acme", slug: "own" },
      { path: folder, workspace: "globex", slug: "hidden" },
    ],
  });
});

afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true });
});

const get = (where: Emulator, path: string, authorization: string) =>
  fetch(`${where.urls.api}${path}`, { headers: { authorization } });

const john = "user@example.com";

function tokenWith(where: Emulator, ...scopes: readonly string[]): string {
  return where.control.addApiToken({ person: "johndoe", scopes }).token;
}

/** Runs `use` with an emulator whose rules differ. */
async function under(rules: Parameters<typeof createEmulator>[0], use: (where: Emulator) => Promise<void>) {
  const where = await createEmulator(rules);
  await use(where).finally(() => where.close());
}

test("C24: John's seeded API token reads his account, his workspaces and their repositories as Basic", async () => {
  const [token] = emulator.people[0]?.apiTokens ?? [];
  expect(token).toMatchObject({
    email: john,
    scopes: ["read:repository:bitbucket", "read:user:bitbucket", "read:workspace:bitbucket"],
  });
  const authorization = basic(john, token?.token ?? "");
  expect(await seen(get(emulator, "/2.0/user", authorization))).toMatchObject([200, { username: "johndoe" }]);
  expect(await seen(get(emulator, "/2.0/user/workspaces", authorization))).toMatchObject([
    200,
    { values: [{ workspace: { slug: "acme" } }] },
  ]);
  for (const path of ["/2.0/repositories/acme", "/2.0/repositories/acme/own", "/2.0/workspaces/acme"])
    expect((await get(emulator, path, authorization)).status, path).toBe(200);
  expect((await get(emulator, "/2.0/repositories/globex/hidden", authorization)).status).toBe(404);
  expect((await get(emulator, "/2.0/user", basic("User@Example.com", token?.token ?? ""))).status).toBe(200);
});

test("C24: each call needs its own granular scope, and no scope implies another", async () => {
  const needed = {
    "/2.0/user": "read:user:bitbucket",
    "/2.0/user/emails": "read:user:bitbucket",
    "/2.0/users/johndoe": "read:user:bitbucket",
    "/2.0/user/workspaces": "read:workspace:bitbucket",
    "/2.0/user/workspaces/acme/permission": "read:workspace:bitbucket",
    "/2.0/user/workspaces/acme/permissions/repositories": "read:repository:bitbucket",
    "/2.0/workspaces/acme": "read:workspace:bitbucket",
    "/2.0/repositories/acme": "read:repository:bitbucket",
    "/2.0/repositories/acme/own": "read:repository:bitbucket",
    "/2.0/repositories/acme/own/refs": "read:repository:bitbucket",
  };
  const granted = ["write:repository:bitbucket", "admin:workspace:bitbucket", "write:user:bitbucket"];
  const authorization = basic(john, tokenWith(emulator, ...granted));
  for (const [path, scope] of Object.entries(needed)) {
    expect(await seen(get(emulator, path, authorization)), path).toEqual([
      403,
      {
        type: "error",
        error: {
          message: "Your credentials lack one or more required privilege scopes.",
          detail: { required: [scope], granted },
        },
      },
    ]);
    const enough = await get(emulator, path, basic(john, tokenWith(emulator, scope)));
    expect([200, 404], path).toContain(enough.status);
  }
});

test("C24: an API token made without scopes is a 401 whose error is a string", async () => {
  const answer = await get(emulator, "/2.0/user", basic(john, tokenWith(emulator)));
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(await seen(answer)).toEqual([401, { error: "API Token provided has no Bitbucket scopes." }]);
  await under({ rules: { scopelessTokenError: "envelope" } }, async (where) =>
    expect(await seen(get(where, "/2.0/user", basic(john, tokenWith(where))))).toEqual([
      401,
      { type: "error", error: { message: "API Token provided has no Bitbucket scopes." } },
    ]),
  );
});

test("C24, S16: beside an API token belongs the primary e-mail address: neither a username nor anything else", async () => {
  const token = tokenWith(emulator, "read:user:bitbucket");
  const [person] = emulator.people;
  for (const name of ["johndoe", "", person?.uuid ?? "", person?.accountId ?? "", "jane@example.com"])
    expect(await seen(get(emulator, "/2.0/user", basic(name, token))), name).toEqual([401, unsupported]);
  const janes = emulator.control.addApiToken({ person: "janeroe", scopes: ["read:user:bitbucket"] });
  expect(janes.email).toBe("jane@example.com");
  expect((await get(emulator, "/2.0/user", basic("jane.old@example.com", janes.token))).status).toBe(401);
  expect((await get(emulator, "/2.0/user", basic("jane@example.com", janes.token))).status).toBe(200);
  const noras = emulator.control.addApiToken({ person: "nora", scopes: ["read:user:bitbucket"] });
  expect(noras.email).toBeNull();
  expect((await get(emulator, "/2.0/user", basic("", noras.token))).status).toBe(401);
});

test("C24: which sentence a bad API token gets is a switch", () =>
  under({ rules: { badApiTokenMessage: "Invalid credentials." } }, async (where) => {
    const token = tokenWith(where, "read:user:bitbucket");
    expect(await seen(get(where, "/2.0/user", basic("johndoe", token)))).toMatchObject([
      401,
      { error: { message: "Invalid credentials." } },
    ]);
  }));

test("C24: as Bearer an API token is refused with the general sentence, unless the switch says otherwise", async () => {
  for (const token of [tokenWith(emulator, "read:user:bitbucket"), tokenWith(emulator)])
    expect(await seen(call(emulator, "/2.0/user", token))).toEqual([401, unsupported]);
  await under({ rules: { apiTokenAsBearer: true } }, async (where) => {
    expect((await call(where, "/2.0/user", tokenWith(where, "read:user:bitbucket"))).status).toBe(200);
    expect(await seen(call(where, "/2.0/user", tokenWith(where)))).toEqual([401, unsupported]);
  });
});

test("C24: an API token ends when it expires, by the emulator's clock, a year after it was made at the latest", () =>
  under({}, async (where) => {
    const day = 86_400_000;
    const now = where.clock.now().getTime();
    const scopes = ["read:user:bitbucket"];
    const soon = where.control.addApiToken({
      person: "johndoe",
      scopes,
      expiresAt: new Date(now + 2 * day).toISOString(),
    });
    const longest = where.control.addApiToken({ person: "johndoe", scopes });
    const status = async (token: string) => (await get(where, "/2.0/user", basic(john, token))).status;
    expect([await status(soon.token), await status(longest.token)]).toEqual([200, 200]);
    where.control.advance((2 * day) / 1000 + 1);
    expect([await status(soon.token), await status(longest.token)]).toEqual([401, 200]);
    where.control.advance((364 * day) / 1000);
    expect(await status(longest.token)).toBe(401);
    expect(await seen(get(where, "/2.0/user", basic(john, longest.token)))).toEqual([401, unsupported]);
    const tooLate = new Date(where.clock.now().getTime() + 367 * day).toISOString();
    expect(() => where.control.addApiToken({ person: "johndoe", scopes, expiresAt: tooLate })).toThrow(
      "within a year",
    );
  }));

test("C3, C24: answers say which credential it was and which scopes it has, unless the switch says otherwise", async () => {
  const headers = async (where: Emulator, path: string) => {
    const token = tokenWith(where, "read:user:bitbucket", "read:pullrequest:bitbucket");
    const answer = await get(where, path, basic(john, token));
    return ["x-credential-type", "x-oauth-scopes", "x-accepted-oauth-scopes"].map((name) =>
      answer.headers.get(name),
    );
  };
  const scopes = "read:user:bitbucket, read:pullrequest:bitbucket";
  expect(await headers(emulator, "/2.0/user")).toEqual(["api_token", scopes, "read:user:bitbucket"]);
  expect(await headers(emulator, "/2.0/repositories/acme")).toEqual([
    "api_token",
    scopes,
    "read:repository:bitbucket",
  ]);
  await under({ rules: { tokenHeaders: false } }, async (where) =>
    expect(await headers(where, "/2.0/user")).toEqual([null, null, null]),
  );
});

test("C24: a seed may say what an API token is and when it ends", async () => {
  const now = new Date();
  const seed = {
    people: [
      {
        username: "ada",
        displayName: "Ada",
        emails: [{ address: "ada@example.com", primary: true }],
        apiTokens: [
          {
            token: "ATATmine:with:colons",
            scopes: ["read:user:bitbucket"],
            expiresAt: new Date(now.getTime() + 3_600_000).toISOString(),
          },
        ],
      },
    ],
  };
  await under({ seed }, async (where) => {
    const authorization = basic("ada@example.com", "ATATmine:with:colons");
    expect((await get(where, "/2.0/user", authorization)).status).toBe(200);
    where.control.advance(3601);
    expect((await get(where, "/2.0/user", authorization)).status).toBe(401);
  });
  for (const [token, words] of [
    [
      { scopes: ["repository"] },
      'people[0].apiTokens[0].scopes[0]: "repository" is no scope of an API token',
    ],
    [{ scopes: [], token: "mine" }, "people[0].apiTokens[0].token: must begin with ATAT"],
    [{ scopes: [], expiresAt: "2999-01-01T00:00:00Z" }, "within a year"],
  ] as const) {
    const people = [
      { username: "ada", displayName: "Ada", apiTokens: [{ ...token, scopes: [...token.scopes] }] },
    ];
    await expect(createEmulator({ seed: { people } })).rejects.toThrow(words);
  }
});

test("C20: an app password is 401 today, with the sentence for wrong passwords", async () => {
  const seed = {
    people: [
      { username: "ada", displayName: "Ada", appPasswords: [{ password: "ATBBx", scopes: ["account"] }] },
    ],
  };
  await under({ seed }, async (where) => {
    const answer = await get(where, "/2.0/user", basic("ada", "ATBBx"));
    expect(answer.headers.get("www-authenticate")).toBe('Basic realm="Bitbucket.org HTTP"');
    expect(await seen(answer)).toEqual([401, { type: "error", error: { message: "Invalid credentials." } }]);
  });
});

async function loggedIn(displayName: string) {
  const person = personAt(emulator.urls.bitbucket);
  await person.logIn(displayName);
  return person;
}

const inAMonth = () => new Date(emulator.clock.now().getTime() + 30 * 86_400_000).toISOString().slice(0, 10);

const ticks = (...scopes: readonly string[]): Fields => scopes.map((scope) => ["scope", scope] as const);

test("C24, S15: the page makes an API token with name, expiry and scopes, shows it once, lists it and revokes it", async () => {
  const jane = await loggedIn("Jane Roe");
  const expires = inAMonth();
  const made = await jane.fillIn(scopedForm, [
    ["name", "windlass <read>"],
    ["expires", expires],
    ["app", "bitbucket"],
    ...ticks("read:user:bitbucket", "read:nonsense:bitbucket"),
  ]);
  expect([made.status, made.headers.get("location")]).toEqual([303, list]);
  const page = await (await jane.visit(list)).text();
  const token = /<code>(ATATT3x[^<]+)</.exec(page)?.[1] ?? "";
  expect(token).toMatch(/^ATATT3xFfGF0[\w-]{171}=[0-9A-F]{8}$/);
  const again = await (await jane.visit(list)).text();
  for (const words of ["windlass &lt;read&gt;", "read:user:bitbucket", expires, "jane@example.com"])
    expect(again).toContain(words);
  expect(again).not.toContain(token);
  const authorization = basic("jane@example.com", token);
  expect((await get(emulator, "/2.0/user", authorization)).status).toBe(200);

  const id = /name="id" value="([^"]+)"><button[^>]*><span>Revoke windlass/.exec(again)?.[1] ?? "";
  await (await loggedIn("John Doe")).fillIn(list, [["id", id]], `${list}revoke`);
  expect((await get(emulator, "/2.0/user", authorization)).status).toBe(200);
  expect((await jane.fillIn(list, [["id", id]], `${list}revoke`)).status).toBe(303);
  expect(await seen(get(emulator, "/2.0/user", authorization))).toEqual([401, unsupported]);
});

test("C24: a second page makes an API token without scopes, as the wrong button of Atlassian's does", async () => {
  const uma = await loggedIn("Uma Unconfirmed");
  expect(
    (
      await uma.fillIn(`${list}new`, [
        ["name", "plain"],
        ["expires", inAMonth()],
        ...ticks("read:user:bitbucket"),
      ])
    ).status,
  ).toBe(303);
  const token = /<code>(ATATT3x[^<]+)</.exec(await (await uma.visit(list)).text())?.[1] ?? "";
  expect(await seen(get(emulator, "/2.0/user", basic("uma@example.com", token)))).toEqual([
    401,
    { error: "API Token provided has no Bitbucket scopes." },
  ]);
});

test("C24: the form of an API token that is not right comes back with what was typed and what is wrong", async () => {
  const person = await loggedIn("John Doe");
  for (const [expires, words] of [
    ["2020-01-01", "This date has passed."],
    ["2999-01-01", "A token lives for a year at most."],
    ["tomorrow", "This is not a date"],
    ["", "An expiry date is needed."],
  ] as const) {
    const answer = await person.fillIn(scopedForm, [
      ["name", ""],
      ["expires", expires],
    ]);
    const page = await answer.text();
    expect(answer.status).toBe(400);
    for (const text of [words, "A name is needed.", "Tick at least one scope.", `value="${expires}"`])
      expect(page).toContain(text);
  }
  const body = new URLSearchParams({ name: "forged", scope: "read:user:bitbucket" });
  expect((await person.visit(scopedForm, { method: "POST", body })).status).toBe(403);
  const stranger = personAt(emulator.urls.bitbucket);
  expect((await stranger.visit(list)).status).toBe(302);
  expect((await stranger.visit(scopedForm, { method: "POST", body })).status).toBe(403);
});

test("control makes an API token over HTTP and revokes it; what is wrong is said", async () => {
  const post = (body: object) =>
    fetch(`${emulator.urls.control}/api-tokens`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  const expiresAt = new Date(emulator.clock.now().getTime() + 3_600_000).toISOString();
  const [status, made] = await seen(
    post({ person: "johndoe", name: "ci", scopes: ["read:user:bitbucket"], expiresAt }),
  );
  expect([status, made]).toMatchObject([201, { name: "ci", email: john, expiresAt }]);
  const { id, token } = made as { readonly id: string; readonly token: string };
  expect((await get(emulator, "/2.0/user", basic(john, token))).status).toBe(200);
  const revoke = () => fetch(`${emulator.urls.control}/api-tokens/${id}`, { method: "DELETE" });
  expect([(await revoke()).status, (await revoke()).status]).toEqual([204, 404]);
  expect((await get(emulator, "/2.0/user", basic(john, token))).status).toBe(401);
  for (const [body, words] of [
    [{ person: "nobody", scopes: [] }, "no person"],
    [{ person: "johndoe", scopes: ["repository"] }, "no scope of an API token"],
    [{ person: "johndoe", scopes: [], expiresAt: "2999-01-01T00:00:00Z" }, "within a year"],
  ] as const) {
    const answer = await post(body);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(words)]);
  }
});
