/** client_credentials from the outside: who may, what comes back, and what the app on its own sees. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { basic, call, requestToken, seen, type TokenBody } from "./client.ts";

let folder: string;
let emulator: Emulator;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "emulator-client-credentials-"));
  execFileSync("git", ["init", "--quiet", folder]);
  emulator = await createEmulator({
    repositories: [
      { path: folder, workspace: "acme", slug: "own" },
      { path: folder, workspace: "globex", slug: "hidden" },
      { path: folder, workspace: "globex", slug: "open", private: false },
    ],
  });
});

afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true });
});

function credentialsOf(where: Emulator, name: string): string {
  const consumer = where.consumers.find((one) => one.name === name);
  return basic(consumer?.key ?? "", consumer?.secret ?? "");
}

const ask = (where: Emulator, name: string, more: Readonly<Record<string, string>> = {}) =>
  requestToken(where, { grant_type: "client_credentials", ...more }, credentialsOf(where, name));

async function appToken(where: Emulator, scope?: string): Promise<string> {
  const answer = await ask(where, "Local automation", scope === undefined ? {} : { scope });
  return ((await answer.json()) as TokenBody).access_token;
}

test("C18: a consumer that is not private is refused, word for word", async () => {
  expect(await (await ask(emulator, "Local app")).text()).toBe(
    '{"error_description":"Cannot use client_credentials with a consumer marked as \\"public\\". Calls for auto generated consumers should use urn:bitbucket:oauth2:jwt instead.","error":"invalid_grant"}',
  );
});

test("C18: a consumer without callback URL is refused, word for word, private or not", async () => {
  const consumer = { workspace: "w", callbackUrl: "", scopes: ["account"] };
  const where = await createEmulator({
    seed: {
      workspaces: [{ slug: "w" }],
      consumers: [
        { ...consumer, name: "private", private: true },
        { ...consumer, name: "public" },
      ],
    },
  });
  for (const name of ["private", "public"]) {
    const answer = await ask(where, name);
    expect([answer.status, await answer.text()]).toEqual([
      400,
      '{"error_description":"No callback uri defined for the OAuth client.","error":"invalid_request"}',
    ]);
  }
  await where.close();
});

test("C18: a private consumer gets an access token and no refresh token; scope narrows it", async () => {
  const [status, body] = await seen(ask(emulator, "Local automation"));
  expect(status).toBe(200);
  expect(body).toEqual({
    access_token: expect.any(String),
    scope: "account repository",
    token_type: "bearer",
    expires_in: 7200,
    state: "client_credentials",
  });
  expect(await seen(ask(emulator, "Local automation", { scope: "repository" }))).toMatchObject([
    200,
    { scope: "repository" },
  ]);
  expect((await call(emulator, "/2.0/user", await appToken(emulator, "repository"))).status).toBe(403);
});

test("C18: an app on its own acts as an app_user: no person, no e-mail, no permissions of its own", async () => {
  const token = await appToken(emulator);
  const answer = await call(emulator, "/2.0/user", token);
  expect(answer.headers.get("x-credential-type")).toBe("oauth2");
  const [status, body] = await seen(answer);
  expect([status, body]).toMatchObject([200, { type: "app_user", display_name: "Local automation" }]);
  for (const name of ["username", "nickname", "account_id", "email"]) expect(body).not.toHaveProperty(name);
  expect((await call(emulator, "/2.0/user/emails", token)).status).toBe(403);
  expect((await call(emulator, "/2.0/user/workspaces/acme/permission", token)).status).toBe(403);
  expect((await call(emulator, "/2.0/user/workspaces/acme/permissions/repositories", token)).status).toBe(
    403,
  );
});

test("C18: what /user answers an app on its own is a switch", async () => {
  const where = await createEmulator({ rules: { userForAppUser: "403" } });
  expect(await seen(call(where, "/2.0/user", await appToken(where)))).toEqual([
    403,
    { type: "error", error: { message: "Forbidden" } },
  ]);
  await where.close();
});

test("C18: an app on its own sees the workspace that owns the consumer, and nothing of others", async () => {
  const token = await appToken(emulator);
  expect(await seen(call(emulator, "/2.0/user/workspaces", token))).toMatchObject([
    200,
    { size: 1, values: [{ administrator: false, workspace: { slug: "acme" } }] },
  ]);
  expect(await seen(call(emulator, "/2.0/repositories/acme", token))).toMatchObject([
    200,
    { values: [{ full_name: "acme/own" }] },
  ]);
  for (const path of ["/2.0/workspaces/acme", "/2.0/repositories/acme/own"])
    expect((await call(emulator, path, token)).status, path).toBe(200);
  for (const path of [
    "/2.0/workspaces/globex",
    "/2.0/repositories/globex",
    "/2.0/repositories/globex/hidden",
    "/2.0/repositories/globex/open",
  ])
    expect((await call(emulator, path, token)).status, path).toBe(404);
});

test("C18: an app's own token expires as others do, and another is had at once; the consumer's end is its end", async () => {
  const where = await createEmulator();
  const first = await appToken(where);
  where.control.advance(7201);
  expect((await call(where, "/2.0/user", first)).status).toBe(401);
  const second = await appToken(where);
  expect(second).not.toBe(first);
  expect((await call(where, "/2.0/user", second)).status).toBe(200);
  await where.close();
});
