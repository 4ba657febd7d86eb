/** A platform team's `app-config.yaml`, from the outside: the YAML of Backstage's own guide, a resolver, a catalog. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../free-port.ts";
import { runWindlass } from "../run-windlass.ts";
import { addConsumerByHand, type LocalBitbucket, startLocalBitbucket } from "./emulator-process.ts";
import { type Served, startServer } from "./server-process.ts";
import { newVisitor, type Seen } from "./visitor.ts";

/** As it stands in the guide. */
const guide = `auth:
  environment: development
  providers:
    bitbucket:
      development:
        clientId: \${AUTH_BITBUCKET_CLIENT_ID}
        clientSecret: \${AUTH_BITBUCKET_CLIENT_SECRET}
`;

const byName = "usernameMatchingUserEntityAnnotation";
const byId = "userIdMatchingUserEntityAnnotation";

/** What the guide asks for below: a resolver for each environment that is written. */
const withResolvers = (text: string, ...names: readonly string[]) =>
  text.replace(
    /^( +)clientSecret: .*$/gm,
    (line, indent: string) =>
      `${line}\n${indent}signIn:\n${indent}  resolvers:\n${names.map((name) => `${indent}    - resolver: ${name}\n`).join("")}`,
  );

const user = (name: string, annotation: string) => `apiVersion: backstage.io/v1alpha1
kind: User
metadata:
  name: ${name}
  annotations:
    ${annotation}
spec: { memberOf: [] }
`;

let folder: string;
let port: number;
let bitbucket: LocalBitbucket;
/** Registered for Backstage, with the permissions its guide ticks. */
let consumer: { readonly key: string; readonly secret: string };
let server: Served | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "windlass-backstage-"));
  port = await freePort();
  bitbucket = await startLocalBitbucket();
  consumer = await addConsumerByHand(bitbucket, {
    name: "Backstage",
    callbackUrl: at("/api/auth/bitbucket"),
    scopes: ["account"],
  });
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

afterAll(async () => {
  await bitbucket?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const at = (path: string) => `http://localhost:${port}${path}`;

/** The file: Backstage's keys, others of its own that are none of our business, and where this Bitbucket is. */
function write(auth: string, catalog = user("john", "bitbucket.org/username: johndoe")): string {
  mkdirSync(join(folder, "examples"), { recursive: true });
  writeFileSync(join(folder, "examples/org.yaml"), catalog);
  const path = join(folder, "app-config.yaml");
  writeFileSync(
    path,
    `app:
  title: Our portal
  baseUrl: \${NOBODY_SETS_THIS}
backend:
  baseUrl: ${at("")}
  listen: ":${port}"
  database: { client: better-sqlite3, connection: { $file: not-there.txt } }
${auth}catalog:
  rules: [{ allow: [User, Group] }]
  locations:
    - type: file
      target: ./examples/org.yaml
windlass:
  database: ":memory:"
  instances:
    bitbucket:
      urls:
        authorize: ${bitbucket.bitbucket}/site/oauth2/authorize
        token: ${bitbucket.bitbucket}/site/oauth2/access_token
        api: ${bitbucket.api}/2.0
        web: ${bitbucket.bitbucket}
`,
  );
  return path;
}

const variables = () => ({
  AUTH_BITBUCKET_CLIENT_ID: consumer.key,
  AUTH_BITBUCKET_CLIENT_SECRET: consumer.secret,
});

async function serve(path: string, env: Readonly<Record<string, string>> = variables()): Promise<Served> {
  server = await startServer(port, ["--config", path, "--host", "127.0.0.1"], env);
  return server;
}

/** Signs in as somebody of the local Bitbucket, and gives where that ends and who is signed in. */
async function signIn(displayName: string): Promise<{ readonly end: Seen; readonly session: unknown }> {
  const visitor = newVisitor();
  const first = await visitor.open(at("/auth/bitbucket/login"));
  const person = new RegExp(`name="person" value="([^"]+)">${displayName}<`).exec(first.html)?.[1] ?? "";
  const next = /name="next" value="([^"]+)"/.exec(first.html)?.[1]?.replaceAll("&amp;", "&") ?? "";
  const consent = await visitor.submit(first, "/account/signin/", [
    ["person", person],
    ["next", next],
  ]);
  const end = await visitor.submit(consent, consent.url.href, [["decision", "grant"]]);
  return { end, session: JSON.parse((await visitor.open(at("/auth/session"))).html) };
}

/** As the log has them: what was refused. */
const refusals = () =>
  (server?.printed() ?? "").split("\n").filter((line) => line.includes('"code":"signin.no_entity"'));

test("B8: with the secret unset the server refuses to start, and names the path", async () => {
  const env = { AUTH_BITBUCKET_CLIENT_ID: "key", AUTH_BITBUCKET_CLIENT_SECRET: "" };
  const unset = await runWindlass(["serve", "--config", write(withResolvers(guide, byName))], { env });
  expect(unset.exitCode).toBe(2);
  expect(unset.stderr).toContain("\n  auth.providers.bitbucket.development.clientSecret: ");
  expect(unset.stderr).not.toContain("clientId: ");
});

describe("the guide's YAML as it stands, a resolver and a catalog", () => {
  test("B11, B13, B14: whoever has an entity is that entity, by the callback registered for Backstage", async () => {
    await serve(write(withResolvers(guide, byName)));
    const { end, session } = await signIn("John Doe");
    expect(session).toMatchObject({ user: { displayName: "John Doe", entityRef: "user:default/john" } });
    const back = end.trail.find(({ origin }) => origin === at(""));
    expect(back?.pathname).toBe("/api/auth/bitbucket/handler/frame");
    const again = await signIn("John Doe");
    const id = (seen: unknown) => (seen as { user: { id: string } }).user.id; // both have just been seen to be signed in
    expect(id(again.session)).toBe(id(session));
  });

  test("B15: another person is refused, and only the operator learns which annotation was looked for", async () => {
    await serve(write(withResolvers(guide, byName)));
    const { end, session } = await signIn("Jane Roe");
    expect(session).toEqual({ user: null });
    expect(end.status).toBe(403);
    expect(end.html).toContain("belongs to nobody who is known here");
    expect(end.html).not.toMatch(/annotation|bitbucket\.org\/username|janeroe/);
    expect(refusals()).toHaveLength(1);
    expect(refusals()[0]).toMatch(/bitbucket\.org\/username.*janeroe/);
  });

  test("B16: the resolver by user id matches with and without braces", async () => {
    const john = uuidOf("John Doe");
    for (const written of [john, `{${john}}`, `{${john.toUpperCase()}}`]) {
      const catalog = user("john", `bitbucket.org/user-id: "${written}"`);
      await serve(write(withResolvers(guide, byId), catalog));
      expect((await signIn("John Doe")).session).toMatchObject({ user: { entityRef: "user:default/john" } });
      await server?.stop();
    }
  });

  test("an entity that is gone signs nobody in any more, without a restart", async () => {
    const path = write(withResolvers(guide, byName));
    await serve(path);
    expect((await signIn("John Doe")).session).toMatchObject({ user: { entityRef: "user:default/john" } });
    write(withResolvers(guide, byName), user("jane", "bitbucket.org/username: janeroe"));
    expect((await signIn("John Doe")).session).toEqual({ user: null });
    expect((await signIn("Jane Roe")).session).toMatchObject({ user: { entityRef: "user:default/jane" } });
  });

  test("two entities with one annotation sign nobody in on a guess", async () => {
    const twins = ["john", "johnny"].map((name) => user(name, "bitbucket.org/username: johndoe"));
    await serve(write(withResolvers(guide, byName), twins.join("---\n")));
    const { end, session } = await signIn("John Doe");
    expect(session).toEqual({ user: null });
    expect(end.status).toBe(409);
    expect(server?.printed()).toContain("user:default/john, user:default/johnny");
  });

  test("someone without a user name is found by the next resolver", async () => {
    const kim = uuidOf("Kim Noname");
    await serve(write(withResolvers(guide, byName, byId), user("kim", `bitbucket.org/user-id: "{${kim}}"`)));
    expect((await signIn("Kim Noname")).session).toMatchObject({ user: { entityRef: "user:default/kim" } });
  });
});

test("B7: another environment uses its own keys", async () => {
  const both = `auth:
  environment: \${PORTAL:-development}
  providers:
    bitbucket:
      development:
        clientId: no-such-key
        clientSecret: no-such-secret
      production:
        clientId: \${PRODUCTION_ID}
        clientSecret: \${PRODUCTION_SECRET}
`;
  const env = { PORTAL: "production", PRODUCTION_ID: consumer.key, PRODUCTION_SECRET: consumer.secret };
  const path = write(withResolvers(both, byName));
  await serve(path, env);
  expect((await signIn("John Doe")).session).toMatchObject({ user: { entityRef: "user:default/john" } });
  await server?.stop();

  await serve(path, { ...env, PORTAL: "" });
  const login = await newVisitor().open(at("/auth/bitbucket/login"));
  expect(login.url.searchParams.get("client_id") ?? login.url.href).toContain("no-such-key");
  await server?.stop();

  const unset = await runWindlass(["serve", "--config", path], { env: { PORTAL: "production" } });
  expect(unset.exitCode).toBe(2);
  expect(unset.stderr).toContain("auth.providers.bitbucket.production.clientId: ");
  expect(unset.stderr).toContain("auth.providers.bitbucket.production.clientSecret: ");
  expect(unset.stderr).not.toContain("development");
});

test("B10: without a resolver the server starts, and signing in says that none is configured", async () => {
  const { printed } = await serve(write(guide));
  const { url, status, html } = await newVisitor().open(at("/auth/bitbucket/login"));
  expect(url.origin).toBe(at(""));
  expect(status).toBe(500);
  expect(html).toContain("no sign-in resolver is configured");
  expect(html).toContain(byName);
  expect(printed()).toContain(`signIn: { resolvers: [{ resolver: ${byName} }] }`);
  expect(printed()).toContain("auth.providers.bitbucket.development.signIn");
});

test("what is wrong below the provider is named with its path, whatever else the file holds", async () => {
  const wrong = withResolvers(guide, "emailMatchingUserEntity").replace(
    "clientId:",
    "colour: blue\n        clientId:",
  );
  const { exitCode, stderr } = await runWindlass(["serve", "--config", write(wrong)], { env: variables() });
  expect(exitCode).toBe(2);
  expect(stderr).toContain("auth.providers.bitbucket.development.colour: is not a key");
  expect(stderr).toMatch(
    /development\.signIn\.resolvers\.0\.resolver: .*known are usernameMatching\w+, userIdMatching/,
  );
});

/** As the local Bitbucket knows somebody, without braces. */
function uuidOf(displayName: string): string {
  const found = bitbucket.people.find((person) => person.displayName === displayName);
  if (found === undefined) throw new Error(`nobody is called ${displayName}`);
  return found.uuid.replace(/[{}]/g, "");
}
