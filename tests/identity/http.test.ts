import { createRemoteJWKSet, customFetch, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApp } from "../../src/app/app.ts";
import { type ConfigInput, parseConfig } from "../../src/app/config.ts";
import { silentLog } from "../../src/base/log.ts";
import { cloudUrls } from "../../src/cli/emulated-instances.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { createWindlass, type Windlass } from "../../src/library/index.ts";
import { createWeb } from "../../src/web/web.ts";
import { failureOf } from "../failure.ts";

const baseUrl = "http://localhost:8123";
const org = new URL("org.yaml", import.meta.url).pathname;

let emulator: Emulator;
beforeAll(async () => {
  emulator = await createEmulator({
    autoApprove: "johndoe",
    callbackUrl: `${baseUrl}/auth/bitbucket/callback`,
  });
});
afterAll(() => emulator.close());

function configOf(more: Partial<ConfigInput> = {}): ConfigInput {
  const [consumer] = emulator.consumers;
  return {
    baseUrl,
    database: ":memory:",
    instances: {
      bitbucket: {
        clientId: consumer?.key ?? "",
        clientSecret: consumer?.secret ?? "",
        urls: cloudUrls(emulator),
      },
    },
    identityToken: {},
    ...more,
  };
}

const inCatalog = (): Partial<ConfigInput> => ({
  catalog: { locations: [{ type: "file", target: org }] },
  signIn: { resolvers: [{ resolver: "usernameMatchingUserEntityAnnotation" }] },
});

type Fetching = (request: Request) => Response | Promise<Response>;

/** Somebody who signs in at the emulator; gives the cookie of their session. */
async function signIn(handle: Fetching): Promise<string> {
  const jar = new Map<string, string>();
  const ask = async (url: string) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await handle(new Request(url, { headers: { cookie, host: "localhost:8123" } }));
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    return answer.headers.get("location") ?? "";
  };
  const toBitbucket = await ask(`${baseUrl}/auth/bitbucket/login`);
  const back = (await fetch(toBitbucket, { redirect: "manual" })).headers.get("location") ?? "";
  await ask(back);
  return [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
}

const get = (handle: Fetching, path: string, headers: Readonly<Record<string, string>> = {}) =>
  handle(new Request(baseUrl + path, { headers: { host: "localhost:8123", ...headers } }));

/** A client that knows where the documents are, and nothing else; it reads the keys anew whenever it meets one it does not know. */
async function clientOf(handle: Fetching) {
  const discovery = (await (await get(handle, "/.well-known/openid-configuration")).json()) as {
    readonly issuer: string;
    readonly jwks_uri: string;
    readonly id_token_signing_alg_values_supported: string[];
  };
  const { issuer, jwks_uri: place, id_token_signing_alg_values_supported: algorithms } = discovery;
  const keySet = createRemoteJWKSet(new URL(place), {
    cooldownDuration: 0,
    [customFetch]: async (url: string) => get(handle, new URL(url).pathname),
  });
  return {
    verify: (token: string) =>
      jwtVerify(token, keySet, {
        issuer,
        algorithms,
        audience: "backstage",
        currentDate: emulator.clock.now(),
      }),
    reload: () => keySet.reload(),
  };
}

describe("an identity token", () => {
  let app: Awaited<ReturnType<typeof createApp>>;
  let handle: Fetching;
  let cookie: string;
  const parts = () => ({ clock: emulator.clock, log: silentLog });
  const askToken = async () => {
    const { csrf } = await (await get(handle, "/auth/session", { cookie })).json();
    const headers = { cookie, host: "localhost:8123", "x-csrf-token": csrf };
    const answer = await handle(new Request(`${baseUrl}/auth/identity-token`, { method: "POST", headers }));
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  };

  beforeAll(async () => {
    app = await createApp(parseConfig(configOf(inCatalog())), parts());
    const web = createWeb(app);
    handle = (request) => web.fetch(request);
    cookie = await signIn(handle);
  });
  afterAll(() => app?.close());

  test("says who by the catalog's reference, with their groups and those above; nobody may keep it", async () => {
    const { status, headers, body } = await askToken();
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(body.identity).toEqual({
      userEntityRef: "user:default/john",
      ownershipEntityRefs: ["user:default/john", "group:default/rope", "group:default/yard"],
    });
    const { payload } = await (await clientOf(handle)).verify(body.token);
    expect(payload).toMatchObject({ sub: "user:default/john", ent: body.identity.ownershipEntityRefs });
    expect(new Date((payload.exp ?? 0) * 1000).toISOString()).toBe(body.expiresAt);
  });

  test("is accepted across a rotation of keys, by a client that knows the discovery document alone", async () => {
    const client = await clientOf(handle);
    const before = (await askToken()).body.token;
    await client.verify(before);
    await app.identity?.keys.rotate("operator");
    emulator.clock.advance(601);
    const after = (await askToken()).body.token;
    expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid);
    await client.verify(after);
    await client.verify(before);
  });

  test("of a withdrawn key is refused by whoever reads the keys again, and by userinfo at once", async () => {
    const client = await clientOf(handle);
    const { token } = (await askToken()).body;
    await client.verify(token);
    expect((await get(handle, "/v1/userinfo", { authorization: `Bearer ${token}` })).status).toBe(200);
    await app.identity?.keys.withdraw(decodeProtectedHeader(token).kid ?? "", "operator");
    const refused = await get(handle, "/v1/userinfo", { authorization: `Bearer ${token}` });
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([
      401,
      'Bearer realm="windlass", error="invalid_token"',
    ]);
    await client.reload();
    await expect(client.verify(token)).rejects.toThrow("no applicable key");
    await client.verify((await askToken()).body.token);
  });

  test("is in the shape of what a Backstage backend asks for groups", async () => {
    const { token } = (await askToken()).body;
    const answer = await get(handle, "/v1/userinfo", { authorization: `Bearer ${token}` });
    expect(await answer.json()).toEqual({
      claims: {
        sub: "user:default/john",
        ent: ["user:default/john", "group:default/rope", "group:default/yard"],
      },
    });
    const bare = await get(handle, "/v1/userinfo");
    expect([bare.status, bare.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="windlass"']);
  });

  test("keys may be kept for five minutes, and hold nothing private", async () => {
    const answer = await get(handle, "/.well-known/jwks.json");
    expect(answer.headers.get("cache-control")).toBe("public, max-age=300");
    const { keys } = await answer.json();
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys)
      expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
  });

  test("ends with the session", async () => {
    const { token } = (await askToken()).body;
    const session = await app.sessions.find(/windlass-session=([^;]+)/.exec(cookie)?.[1] ?? "");
    await app.sessions.endThose({ id: session?.id ?? "" });
    expect((await get(handle, "/v1/userinfo", { authorization: `Bearer ${token}` })).status).toBe(401);
  });
});

describe("in code, an identity token", () => {
  let windlass: Windlass;
  const open = async (more: Partial<ConfigInput>) =>
    createWindlass(configOf(more), { clock: emulator.clock, log: silentLog });
  afterAll(() => windlass?.close());

  test("is given to whoever is signed in, with a reference of our own where there is no catalog", async () => {
    windlass = await open({ identityToken: { omitOwnership: true, audience: "mine" } });
    const stranger = new Request(`${baseUrl}/hello`);
    expect(await windlass.identityToken(stranger)).toBeNull();
    const cookie = await signIn((request) => windlass.handler(request));
    const request = new Request(`${baseUrl}/hello`, { headers: { cookie } });
    const given = await windlass.identityToken(request);
    const user = (await windlass.session(request))?.user;
    expect(given?.subject).toBe(`user:default/${user?.id.toLowerCase()}`);
    const [account] = await windlass.identities(user?.id ?? "");
    const person = emulator.people.find(({ username }) => username === "johndoe");
    expect(account).toMatchObject({
      instanceId: "bitbucket",
      id: person?.uuid.replace(/[{}]/g, ""),
      accountId: person?.accountId,
    });
    expect(await windlass.identities("usr_nobody")).toEqual([]);
    const claims = JSON.parse(Buffer.from(given?.token.split(".")[1] ?? "", "base64url").toString());
    expect(claims).toMatchObject({ aud: "mine", sub: given?.subject });
    expect(claims).not.toHaveProperty("ent");
  });

  test("is off unless it is configured: nothing at its addresses, and a failure that says what to set", async () => {
    const { identityToken: _, ...without } = configOf();
    const off = await createWindlass(without, { clock: emulator.clock, log: silentLog });
    for (const path of ["/.well-known/jwks.json", "/.well-known/openid-configuration", "/v1/userinfo"])
      expect((await get((request) => off.handler(request), path)).status).toBe(404);
    const failure = await failureOf(off.identityToken(new Request(baseUrl)));
    expect(failure).toMatchObject({ code: "identity.off" });
    expect(failure.cure).toContain("identityToken");
    await off.close();
  });
});
