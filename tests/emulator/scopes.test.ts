/** Which OAuth scope opens what at Cloud, and what each implies: Atlassian's table, from the outside. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { basic, call } from "./client.ts";

const probes = {
  account: "/2.0/workspaces/acme/members",
  email: "/2.0/user/emails",
  project: "/2.0/workspaces/acme/projects",
  repository: "/2.0/repositories/acme/own",
  "repository:admin": "/2.0/repositories/acme/own/permissions-config/users",
} as const;

/** What a token with one scope opens of the probes, by the table of scopes. */
const opened = {
  account: ["account"],
  "account:write": [],
  email: ["email"],
  repository: ["repository"],
  "repository:write": ["repository"],
  "repository:admin": ["repository:admin"],
  "repository:delete": [],
  pullrequest: ["repository"],
  "pullrequest:write": ["repository"],
  project: ["project", "repository"],
  "project:admin": [],
  wiki: [],
  webhook: [],
  snippet: [],
} as const satisfies Readonly<Record<string, readonly (keyof typeof probes)[]>>;

let folder: string;
let emulator: Emulator;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "emulator-scopes-"));
  execFileSync("git", ["init", "--quiet", folder]);
  const app = { workspace: "acme", name: "All", callbackUrl: "http://localhost/", private: true };
  emulator = await createEmulator({
    seed: {
      workspaces: [{ slug: "acme" }],
      consumers: [{ ...app, scopes: Object.keys(opened), key: "all", secret: "secret" }],
      repositories: [{ path: folder, slug: "own" }],
    },
    dataCenter: false,
    server: false,
  });
});

afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true });
});

test.each(Object.entries(opened))(
  "C22: the scope %s alone opens %j and nothing else",
  async (scope, expected) => {
    const answer = await fetch(`${emulator.urls.bitbucket}/site/oauth2/access_token`, {
      method: "POST",
      headers: { authorization: basic("all", "secret") },
      body: new URLSearchParams({ grant_type: "client_credentials", scope }),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string }; // RFC 6749 section 5.1
    const passed: string[] = [];
    for (const [needed, path] of Object.entries(probes)) {
      const body = (await (await call(emulator, path, token)).json()) as {
        readonly error?: { readonly detail?: unknown };
      }; // the envelope, or what was asked for
      if (body.error?.detail === undefined) passed.push(needed);
      else expect(body.error.detail, path).toEqual({ required: [needed], granted: [scope] });
    }
    expect(passed).toEqual(expected);
  },
);
