/** The programs of the guides, run as they stand against the local Bitbucket; only the consumer is put in. */
import { once } from "node:events";
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLog } from "../../src/base/log.ts";
import { cloudUrls } from "../../src/cli/emulated-instances.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { createWindlass, type SignedIn, type Windlass } from "../../src/library/index.ts";
import { listEntries } from "../../tools/api/document.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "test-results/guide-programs");
const baseUrl = "http://localhost:8000";
/** Bitbucket takes what lies below it too: one consumer serves both. */
const callbackUrl = `${baseUrl}/auth/bitbucket/callback`;

let emulator: Emulator;
let windlass: Windlass;
beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  emulator = await createEmulator({ autoApprove: "johndoe", callbackUrl });
  const [consumer] = emulator.consumers;
  const bitbucket = {
    clientId: consumer?.key ?? "",
    clientSecret: consumer?.secret ?? "",
    urls: cloudUrls(emulator),
  };
  windlass = await createWindlass(
    { baseUrl, database: ":memory:", instances: { bitbucket } },
    { clock: emulator.clock, log: silentLog },
  );
});
afterAll(async () => {
  await windlass?.close();
  await emulator?.close();
});

/** Programs that a test below has loaded, each `GUIDE-PLACE`. */
const loaded = new Set<string>();

/** The block of a guide, of several the one at this place, as a module. */
async function load(guide: string, at = 0): Promise<Record<string, (...given: never[]) => unknown>> {
  const text = readFileSync(join(root, "docs", guide), "utf8");
  const code = [...text.matchAll(/^```ts\n(.*?)^```$/gms)][at]?.[1] ?? "";
  const [consumer] = emulator.consumers;
  const own = `clientId: ${JSON.stringify(consumer?.key)}, clientSecret: ${JSON.stringify(consumer?.secret)}, urls: ${JSON.stringify(cloudUrls(emulator))}`;
  const sources = new Map(listEntries(root).map(({ name, source }) => [name, join(root, source)]));
  const program = code
    .replace('clientId: "your-key", clientSecret: "your-secret"', own)
    .replace('"org.yaml"', JSON.stringify(join(folder, "org.yaml")))
    .replace("await createWindlass({", 'await createWindlass({ database: ":memory:",')
    .replace(/from "(windlass[^"]*)"/g, (_, name: string) => `from ${JSON.stringify(sources.get(name))}`);
  const file = join(folder, `${guide}-${at}.ts`);
  writeFileSync(file, program);
  loaded.add(`${guide}-${at}`);
  return import(/* @vite-ignore */ file);
}

/** What the person's browser does at Bitbucket; gives where it sends them back to. */
async function consent(location: string | URL): Promise<URL> {
  const answer = await fetch(location, { redirect: "manual" });
  return new URL(answer.headers.get("location") ?? "");
}

test("a flow by hand: the four calls, and a state of elsewhere is refused", async () => {
  const { begin, end } = (await load("from-a-flow-by-hand.md")) as unknown as {
    begin(): Promise<{ location: URL; state: string }>;
    end(callback: URL, kept: string): Promise<{ id: string; name: string }>;
  };
  const { location, state } = await begin();
  const callback = await consent(location);
  await expect(end(callback, "another")).rejects.toThrow("begun elsewhere");
  const person = emulator.people.find(({ username }) => username === "johndoe");
  expect(await end(callback, state)).toEqual({
    id: person?.uuid.replace(/[{}]/g, ""),
    name: person?.displayName,
  });
});

test("litestar-oauth: the same calls, by the names they have here", async () => {
  const { finish } = (await load("from-litestar-oauth.md")) as unknown as {
    finish(code: string, redirectUri: string): Promise<string>;
  };
  const key = emulator.consumers[0]?.key ?? "";
  const query = new URLSearchParams({
    client_id: key,
    response_type: "code",
    scope: "account email",
    redirect_uri: callbackUrl,
    state: "s",
  });
  const callback = await consent(`${cloudUrls(emulator).authorize}?${query}`);
  const name = emulator.people.find(({ username }) => username === "johndoe")?.displayName;
  expect(await finish(callback.searchParams.get("code") ?? "", callbackUrl)).toBe(
    `${name}, user@example.com`,
  );
});

test("Sentry: a trace and commits become suspects with a reason", async () => {
  const { culprits } = (await load("from-sentry.md")) as unknown as {
    culprits(trace: string, commits: Iterable<object>): readonly string[];
  };
  const trace = 'Traceback (most recent call last):\n  File "app/pay.py", line 3, in pay\nValueError: no\n';
  const file = { path: "app/pay.py", oldPath: null, linesAdded: 2, linesRemoved: 1, status: "modified" };
  const commit = { date: new Date(), authorRaw: "A <a@b.c>", message: "Pay", files: [file] };
  const [first] = culprits(trace, [
    { ...commit, hash: "a".repeat(40) },
    { ...commit, hash: "b".repeat(40), files: [{ ...file, path: "docs/read.md" }] },
  ]);
  expect(first).toMatch(/^aaaaaaaaaaaa: .*pay\.py/);
});

/** A request of somebody who is signed in. */
async function signedIn(at = windlass): Promise<Request> {
  const jar = new Map<string, string>();
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  const ask = async (url: string) => {
    const answer = await at.handler(new Request(url, { headers: { cookie: cookie() } }));
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    return answer.headers.get("location") ?? "";
  };
  await ask((await consent(await ask(`${baseUrl}/auth/bitbucket/login`))).href);
  return new Request(`${baseUrl}/hello`, { headers: { cookie: cookie() } });
}

test("better-auth: who comes is found by the id it has kept", async () => {
  const { accountIdsOf } = (await load("from-better-auth.md", 1)) as unknown as {
    accountIdsOf(windlass: Windlass, userId: string): Promise<readonly string[]>;
  };
  const session = await windlass.session(await signedIn());
  const person = emulator.people.find(({ username }) => username === "johndoe");
  expect(await accountIdsOf(windlass, session?.user.id ?? "")).toEqual([`{${person?.uuid}}`]);
});

test("better-auth: a route behind a guard, and all else is ours", async () => {
  const { makeApp } = (await load("from-better-auth.md")) as unknown as {
    makeApp(windlass: Windlass): { request(request: Request): Promise<Response> };
  };
  const app = makeApp(windlass);
  const asked = await signedIn();
  const ask = (path: string, cookie = asked.headers.get("cookie") ?? "") =>
    app.request(new Request(`${baseUrl}${path}`, { headers: { cookie, accept: "application/json" } }));
  expect(await (await ask("/reports")).json()).toEqual({ reportsOf: "John Doe", mayBeMailed: true });
  expect((await ask("/reports", "")).status).toBe(401);
  expect(await (await ask("/auth/session")).json()).toMatchObject({ user: { displayName: "John Doe" } });
});

test("Auth.js: who comes is found by the account id it has kept", async () => {
  const { windlass: own, knownAs } = (await load("from-auth-js.md")) as unknown as {
    windlass: Windlass;
    knownAs(
      request: Request,
      find: (accountId: string) => Promise<string | undefined>,
    ): Promise<string | undefined>;
  };
  const kept = emulator.people.find(({ username }) => username === "johndoe")?.accountId;
  const find = async (accountId: string) => (accountId === kept ? "row 7" : undefined);
  const request = await signedIn(own);
  expect(await knownAs(request, find)).toBe("row 7");
  expect(await knownAs(request, async () => undefined)).toBeUndefined();
  expect(await knownAs(new Request(`${baseUrl}/hello`), find)).toBeUndefined();
  await own.close();
});

test("a resolver of one's own signs in by a confirmed address of one domain", async () => {
  const user = { apiVersion: "backstage.io/v1alpha1", kind: "User", metadata: { name: "user" }, spec: {} };
  writeFileSync(join(folder, "org.yaml"), JSON.stringify(user));
  const { windlass: own } = (await load("own-resolver-and-rule.md")) as unknown as { windlass: Windlass };
  const session = await own.session(await signedIn(own));
  expect(session?.user.entityRef).toBe("user:default/user");
  await own.close();
});

test("Passport: a route behind a guard, and another role's is not theirs", async () => {
  const { makeApp } = (await load("from-passport.md")) as unknown as {
    makeApp(windlass: Windlass): { listen(port: number, host: string): Server };
  };
  const server = makeApp(windlass).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // of a TCP server that listens
  const { headers } = await signedIn();
  const ask = (path: string, cookie: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie, accept: "application/json" } });
  const cookie = headers.get("cookie") ?? "";
  expect(await (await ask("/reports", cookie)).json()).toEqual({ reportsOf: "John Doe" });
  expect((await ask("/reports", "")).status).toBe(401);
  expect((await ask("/settings", cookie)).status).toBe(403);
  server.close();
});

test("a rule of one's own asks one thing more than a guard", async () => {
  const { requireThat, confirmedMembers } = (await load("own-resolver-and-rule.md", 1)) as unknown as {
    confirmedMembers(windlass: Windlass): (request: Request) => Promise<Response | null>;
    requireThat(
      windlass: Windlass,
      question: (who: SignedIn) => boolean,
    ): (request: Request) => Promise<Response | null>;
  };
  const request = await signedIn();
  expect(await requireThat(windlass, ({ session }) => session.user.emailVerified)(request)).toBeNull();
  expect((await requireThat(windlass, () => false)(request))?.status).toBe(403);
  expect((await confirmedMembers(windlass)(request))?.status, "nobody has made them a member").toBe(403);
  const stranger = new Request(`${baseUrl}/hello`, { headers: { accept: "application/json" } });
  expect((await requireThat(windlass, () => true)(stranger))?.status).toBe(401);
});

test("no program of these guides is one that nothing above has run", () => {
  // From Backstage is run by tests/backstage/document.test.ts, with the files it needs.
  const guides = globSync("{from-,own-}*.md", { cwd: join(root, "docs") }).filter(
    (name) => name !== "from-backstage.md",
  );
  const written = guides.flatMap((guide) => {
    const text = readFileSync(join(root, "docs", guide), "utf8");
    return [...text.matchAll(/^```(?:[jt]sx?|m[jt]s)\b/gm)].map((_, at) => `${guide}-${at}`);
  });
  expect([...loaded].toSorted()).toEqual(written.toSorted());
});
