/** Hourly budgets from the outside: who is limited, in what, and what the answers say. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { basic, tokensFor } from "./client.ts";

const exceeded = { type: "error", error: { message: "Rate limit for this resource has been exceeded" } };
const rateHeaders = ["limit", "remaining", "reset", "resource", "nearlimit"].map(
  (name) => `x-ratelimit-${name}`,
);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "emulator-limits-"));
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-C", folder, "-c", "user.name=A", "-c", "user.email=a@example.com", ...args]);
  execFileSync("git", ["init", "--quiet", folder]);
  writeFileSync(join(folder, "a.txt"), "a\n");
  git("add", ".");
  git("commit", "--quiet", "-m", "one");
});

afterAll(() => rmSync(folder, { recursive: true }));

async function under(rules: EmulatorOptions["rules"], use: (where: Emulator) => Promise<void>) {
  const where = await createEmulator({
    repositories: [{ path: folder, workspace: "acme", slug: "public", private: false }],
    dataCenter: false,
    server: false,
    rules,
  });
  await use(where).finally(() => where.close());
}

const repository = "/2.0/repositories/acme/public";

async function ask(where: Emulator, path = repository, authorization?: string): Promise<Response> {
  const init = authorization === undefined ? {} : { headers: { authorization } };
  return fetch(`${where.urls.api}${path}`, init);
}

async function statuses(times: number, one: () => Promise<Response>): Promise<readonly number[]> {
  const all: number[] = [];
  for (let at = 0; at < times; at += 1) all.push((await one()).status);
  return all;
}

const said = (answer: Response) => rateHeaders.map((name) => answer.headers.get(name));

test("C40: the 61st anonymous call of an hour is 429 with the countdown at nothing, whatever the path", () =>
  under({}, async (where) => {
    expect(new Set(await statuses(60, () => ask(where)))).toEqual(new Set([200]));
    const refused = await ask(where, "/2.0/workspaces/acme");
    expect([refused.status, await refused.json()]).toEqual([429, exceeded]);
    expect(said(refused)).toEqual(["60, 60;w=3600", "0", expect.stringMatching(/^3(600|59\d)$/), null, null]);
    expect(refused.headers.has("retry-after")).toBe(false);
    where.control.advance(3601);
    expect((await ask(where)).status).toBe(200);
  }));

test("C40: with credentials nobody is refused unless the rule limits all, and nobody at all when it is off", async () => {
  await under({ repositoryCallsPerHour: 1 }, async (where) => {
    const { access_token } = await tokensFor(where);
    expect(await statuses(3, () => ask(where, repository, `Bearer ${access_token}`))).toEqual([
      200, 200, 200,
    ]);
  });
  await under({ rateLimit: "off", anonymousCallsPerHour: 1 }, async (where) =>
    expect(await statuses(3, () => ask(where))).toEqual([200, 200, 200]),
  );
});

test("C40: all people of an OAuth consumer share its budget, without a header to tell them", () =>
  under({ rateLimit: "all", repositoryCallsPerHour: 2 }, async (where) => {
    const [john, jane] = [await tokensFor(where), await tokensFor(where, "Jane Roe")].map(
      ({ access_token }) => `Bearer ${access_token}`,
    );
    expect((await ask(where, repository, john)).status).toBe(200);
    expect((await ask(where, repository, jane)).status).toBe(200);
    const refused = await ask(where, repository, john);
    expect([refused.status, await refused.json()]).toEqual([429, exceeded]);
    expect(said(refused)).toEqual([null, null, null, null, null]);
    expect(refused.headers.get("x-credential-type")).toBe("oauth2");
    expect((await ask(where, "/2.0/user", john)).status).toBe(200);
  }));

test("C40: whether people share their app's budget is a rule; API tokens go by their owner", () =>
  under({ rateLimit: "all", repositoryCallsPerHour: 1, rateLimitShare: "user" }, async (where) => {
    const [john, jane] = [await tokensFor(where), await tokensFor(where, "Jane Roe")].map(
      ({ access_token }) => `Bearer ${access_token}`,
    );
    expect(await statuses(2, () => ask(where, repository, john))).toEqual([200, 429]);
    expect(await statuses(2, () => ask(where, repository, jane))).toEqual([200, 429]);
    const apiToken = () => {
      const { email, token } = where.control.addApiToken({
        person: "johndoe",
        scopes: ["read:repository:bitbucket"],
      });
      return basic(email ?? "", token);
    };
    expect((await ask(where, repository, apiToken())).status).toBe(200);
    expect((await ask(where, repository, apiToken())).status).toBe(429);
  }));

test("C40: the hour rolls: each call is free again an hour after it was made", () =>
  under({ rateLimit: "all", repositoryCallsPerHour: 2 }, async (where) => {
    const bearer = `Bearer ${(await tokensFor(where)).access_token}`;
    expect((await ask(where, repository, bearer)).status).toBe(200);
    where.control.advance(1800);
    expect(await statuses(2, () => ask(where, repository, bearer))).toEqual([200, 429]);
    where.control.advance(1801);
    expect(await statuses(2, () => ask(where, repository, bearer))).toEqual([200, 429]);
  }));

test("C40: raw files and webhooks are counted apart", () =>
  under(
    { rateLimit: "all", repositoryCallsPerHour: 1, rawFilesPerHour: 2, webhookCallsPerHour: 1 },
    async (where) => {
      const bearer = `Bearer ${(await tokensFor(where)).access_token}`;
      expect(await statuses(2, () => ask(where, repository, bearer))).toEqual([200, 429]);
      const hash = String(execFileSync("git", ["-C", folder, "rev-parse", "HEAD"])).trim();
      const file = `${repository}/src/${hash}/a.txt`;
      expect(await statuses(3, () => ask(where, file, bearer))).toEqual([200, 200, 429]);
      const hooks = await statuses(2, () => ask(where, `${repository}/hooks`, bearer));
      expect(hooks[0]).not.toBe(429);
      expect(hooks[1]).toBe(429);
    },
  ));

test("C40: each access token has an allowance of its own, and is told when it nears the end", () =>
  under({ rateLimit: "all", repositoryCallsPerHour: 5 }, async (where) => {
    const token = () =>
      `Bearer ${where.control.addAccessToken({ workspace: "acme", scopes: ["repository"] }).token}`;
    const [first, second] = [token(), token()];
    const near: (string | null)[] = [];
    for (let at = 0; at < 5; at += 1)
      near.push((await ask(where, repository, first)).headers.get("x-ratelimit-nearlimit"));
    expect(near).toEqual(["false", "false", "false", "false", "true"]);
    const refused = await ask(where, repository, first);
    expect(refused.status).toBe(429);
    expect(said(refused)).toEqual(["5", null, null, "api", "true"]);
    expect((await ask(where, repository, second)).status).toBe(200);
  }));

test("C40: the near-limit header as a number, and Retry-After, are rules", () =>
  under(
    {
      rateLimit: "all",
      repositoryCallsPerHour: 1000,
      nearLimitHeader: "number",
      rateLimitRetryAfter: true,
      anonymousCallsPerHour: 1,
    },
    async (where) => {
      const { token } = where.control.addAccessToken({ workspace: "acme", scopes: ["repository"] });
      const told = await ask(where, repository, `Bearer ${token}`);
      expect(told.headers.get("x-ratelimit-nearlimit")).toBe("200");
      await ask(where);
      const refused = await ask(where);
      expect(refused.status).toBe(429);
      expect(refused.headers.get("retry-after")).toMatch(/^3(600|59\d)$/);
    },
  ));

test("C40: a credential that is refused costs nobody a call", () =>
  under({ anonymousCallsPerHour: 1 }, async (where) => {
    expect(await statuses(3, () => ask(where, repository, "Bearer garbage"))).toEqual([401, 401, 401]);
    expect(await statuses(2, () => ask(where))).toEqual([200, 429]);
  }));
