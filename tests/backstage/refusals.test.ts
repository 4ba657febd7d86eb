/** Whom a factory's resolver does not let in, and what the visitor and the operator learn of it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseConfig } from "../../src/app/config.ts";
import { fromBackstage } from "../../src/backstage/from-backstage.ts";
import { type BitbucketProviderOptions, createBitbucketProvider } from "../../src/backstage/provider.ts";
import {
  bitbucketUserIdSignInResolver,
  bitbucketUsernameSignInResolver,
  type SignInResolver,
} from "../../src/backstage/resolver.ts";
import type { BitbucketOAuthResult } from "../../src/backstage/result.ts";
import type { Log } from "../../src/base/log.ts";
import { cloudUrls } from "../../src/cli/emulated-instances.ts";
import { baseUrl, openRig, type Rig } from "../web/rig.ts";

let folder: string;
let rig: Rig | undefined;
const logged: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "windlass-refusals-"));
  logged.length = 0;
});
afterEach(async () => {
  await rig?.close();
  rig = undefined;
  rmSync(folder, { recursive: true });
});

const keep = (event: string, facts?: unknown) => void logged.push(`${event} ${JSON.stringify(facts)}`);
const log: Log = { info: keep, warn: keep, error: keep };

const user = (name: string, username: string) => ({
  apiVersion: "backstage.io/v1alpha1",
  kind: "User",
  metadata: { name, annotations: { "bitbucket.org/username": username } },
});

/** An app made of Backstage's configuration, a catalog, and what a factory was made with. */
async function open(
  options: BitbucketProviderOptions,
  users: readonly unknown[],
  signIn?: unknown,
): Promise<Rig> {
  writeFileSync(join(folder, "org.yaml"), users.map((each) => JSON.stringify(each)).join("\n---\n"));
  rig = await openRig({
    log,
    emulator: { callbackUrl: `${baseUrl}/api/auth/bitbucket` },
    config: (emulator) => {
      const [consumer] = emulator.consumers;
      const development = { clientId: consumer?.key, clientSecret: consumer?.secret };
      const urls = cloudUrls(emulator);
      const config = {
        auth: { providers: { bitbucket: { development } } },
        backend: { baseUrl },
        catalog: { locations: [{ type: "file", target: join(folder, "org.yaml") }] },
        windlass: {
          database: ":memory:",
          instances: { bitbucket: { urls, ...(signIn !== undefined && { signIn }) } },
        },
      };
      const providerFactories = { bitbucket: createBitbucketProvider(options) };
      return parseConfig(fromBackstage({ config: { get: () => config }, providerFactories }));
    },
  });
  return rig;
}

async function signIn(displayName: string) {
  if (rig === undefined) throw new Error("no app");
  const browser = rig.browser();
  const end = await browser.grant(displayName, "/auth/bitbucket/login");
  return { end, session: JSON.parse((await browser.ask("/auth/session")).text) };
}

type Resolver = SignInResolver<BitbucketOAuthResult>;
const deciding = (resolver: Resolver) => ({ signIn: { resolver } });

const john = user("john", "johndoe");

test("nobody found is refused, and only the operator learns what was looked for, by which resolver", async () => {
  await open(deciding(bitbucketUsernameSignInResolver), [john]);
  expect((await signIn("John Doe")).session.user.entityRef).toBe("user:default/john");
  const { end, session } = await signIn("Jane Roe");
  expect([end.status, session]).toEqual([403, { user: null }]);
  expect(end.text).not.toMatch(/annotation|janeroe/);
  expect(logged.join("\n")).toMatch(
    /function bitbucketUsernameSignInResolver .*metadata\.annotations\.bitbucket\.org\/username=janeroe/,
  );
});

test("two users who fit are a conflict, and nobody is signed in", async () => {
  await open(deciding(bitbucketUsernameSignInResolver), [john, user("johnny", "johndoe")]);
  const { end, session } = await signIn("John Doe");
  expect([end.status, session]).toEqual([409, { user: null }]);
  expect(logged.join("\n")).toContain("user:default/john, user:default/johnny");
});

test.each<[string, BitbucketProviderOptions]>([
  ["a resolver throws", deciding(() => Promise.reject(new Error("hunter2")))],
  [
    "a resolver wants a token",
    deciding(async ({ result }, ctx) => {
      const { accessToken } = result as unknown as { accessToken: string }; // as code without types reads it
      return ctx.signInWithCatalogUser({ entityRef: accessToken === "" ? "hunter2" : "john" });
    }),
  ],
  [
    "a resolver looks for an address that is not there",
    deciding(
      (_info, ctx) =>
        ctx.signInWithCatalogUser({ filter: { "spec.profile.email": undefined as unknown as string } }), // as code without types does
    ),
  ],
  ["a resolver makes up a token", deciding(async () => ({ token: "hunter2" }))],
  [
    "an authHandler throws",
    { authHandler: () => Promise.reject(new Error("hunter2")), ...deciding(bitbucketUserIdSignInResolver) },
  ],
])("%s: nobody is signed in, the log says why and the page does not", async (_why, options) => {
  await open(options, [john]);
  const { end, session } = await signIn("John Doe");
  expect([end.status, session]).toEqual([500, { user: null }]);
  expect(end.text).toContain("a sign-in resolver of this server is broken");
  expect(end.text).not.toContain("hunter2");
  expect(logged.join("\n")).toContain("signin.resolver_failed");
});

test("a factory without a resolver signs nobody in: it is said at start, and nobody is sent to Bitbucket", async () => {
  for (const options of [{}, { authHandler: async () => ({ profile: {} }) }]) {
    const { app, browser } = await open(options, [john]);
    expect(app.notices.join("\n")).toContain("Nobody can sign in");
    const answer = await browser().open("/auth/bitbucket/login");
    expect([answer.status, answer.url.origin]).toEqual([500, baseUrl]);
    await rig?.close();
  }
});

test("a rule of the instance is asked beside the resolver: both have to let in", async () => {
  const foreign = { rules: [{ workspace: "somebody-elses" }] };
  await open(deciding(bitbucketUsernameSignInResolver), [john], foreign);
  const { end, session } = await signIn("John Doe");
  expect(session).toEqual({ user: null });
  expect(end.status).toBeGreaterThanOrEqual(400);
  expect(logged.join("\n")).toContain("user:default/john");
});
