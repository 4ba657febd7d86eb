/** What a token's scopes allow over all resources of a Data Center, and that they never lift a person. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { repository } from "../../src/emulator/build/repository.ts";
import { commit } from "../../src/emulator/build/steps.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { dataCenterOf, refusalOf } from "./data-center.ts";
import { addClient, callback, type TokenBody } from "./dc-oauth2-app.ts";

const scopes = [
  "PUBLIC_REPOS",
  "ACCOUNT_WRITE",
  "REPO_READ",
  "REPO_WRITE",
  "REPO_ADMIN",
  "PROJECT_ADMIN",
  "ADMIN_WRITE",
  "SYSTEM_ADMIN",
] as const;
type Scope = (typeof scopes)[number];

const api = "/rest/api/latest";
const repo = `${api}/projects/ACME/repos/shop`;
/** A resource and the scopes it can be had with: each of them, and none of the others. */
const resources: readonly (readonly [path: string, open: readonly Scope[]])[] = [
  [`${api}/users/admin`, scopes],
  [`${api}/users?filter=admin`, scopes],
  [`${api}/projects`, scopes],
  [`${api}/projects/ACME/repos/open`, scopes],
  [repo, scopes.slice(2)],
  [`${repo}/commits`, scopes.slice(2)],
  [`${repo}/branches`, scopes.slice(2)],
  [`${repo}/browse/a.txt`, scopes.slice(2)],
  [`${repo}/raw/a.txt`, scopes.slice(2)],
  [`${repo}/permissions/users`, scopes.slice(4)],
  ["/rest/access-tokens/latest/projects/ACME/repos/shop", scopes.slice(4)],
  [`${api}/projects/ACME/permissions/users`, scopes.slice(5)],
  ["/rest/access-tokens/latest/projects/ACME", scopes.slice(5)],
  ["/rest/access-tokens/latest/users/johndoe", ["ACCOUNT_WRITE", ...scopes.slice(6)]],
  ["/rest/access-tokens/latest/users/admin", scopes.slice(6)],
  [`${api}/admin/permissions/users`, scopes.slice(6)],
  [`${api}/admin/rate-limit/history`, scopes.slice(6)],
];

let emulators: Readonly<Record<"admin" | "nora", Emulator>>;

beforeAll(async () => {
  const start = (autoApprove: string) =>
    createEmulator({
      autoApprove: "johndoe",
      repositories: [
        repository("acme/shop", [commit({ "a.txt": "a" })]),
        repository("acme/open", [commit({ "a.txt": "a" })], { private: false }),
      ],
      seed: {
        people: [{ username: "johndoe", displayName: "John" }],
        workspaces: [{ slug: "acme" }],
        dataCenter: {
          people: [
            { name: "johndoe", globalPermission: autoApprove === "admin" ? "SYS_ADMIN" : "LICENSED_USER" },
            { name: "admin", globalPermission: "SYS_ADMIN" },
          ],
          permissions: [],
        },
      },
    });
  emulators = { admin: await start("admin"), nora: await start("nora") };
});
afterAll(() => Promise.all(Object.values(emulators).map((each) => each.close())));

async function tokenFor(emulator: Emulator, scope: string): Promise<string> {
  const { clientId, clientSecret } = await addClient(emulator, { scopes });
  const oauth = `${dataCenterOf(emulator).url}/rest/oauth2/latest`;
  const query = { client_id: clientId, redirect_uri: callback, response_type: "code", scope };
  const sent = await fetch(`${oauth}/authorize?${new URLSearchParams(query)}`, { redirect: "manual" });
  const code = new URL(sent.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const form = {
    ...{ grant_type: "authorization_code", code, redirect_uri: callback },
    ...{ client_id: clientId, client_secret: clientSecret },
  };
  const answer = await fetch(`${oauth}/token`, { method: "POST", body: new URLSearchParams(form) });
  return ((await answer.json()) as TokenBody).access_token; // RFC 6749 section 5.1
}

function get(emulator: Emulator, token: string, path: string): Promise<Response> {
  return fetch(`${dataCenterOf(emulator).url}${path}`, {
    redirect: "manual",
    headers: { authorization: `Bearer ${token}` },
  });
}

test("D23: each scope opens what it and those it implies allow, and nothing else, to who may everything", async () => {
  for (const scope of scopes) {
    const token = await tokenFor(emulators.admin, scope);
    for (const [path, open] of resources) {
      const answer = await get(emulators.admin, token, path);
      const refused = !open.includes(scope);
      expect(`${scope} ${path} ${answer.status}`).toBe(`${scope} ${path} ${refused ? 401 : 200}`);
      expect(answer.headers.get("x-ausername")).toBe("johndoe");
      if (refused) expect((await refusalOf(answer))[1]).toBe("AuthorisationException");
    }
  }
});

test("D23: the greatest scope lifts nobody above their own rights", async () => {
  const token = await tokenFor(emulators.nora, "SYSTEM_ADMIN");
  for (const [path, open] of resources) {
    const answer = await get(emulators.nora, token, path);
    const isOwn = open.length === scopes.length || path.endsWith("tokens/latest/users/johndoe");
    expect(`${path} ${answer.status}`).toBe(`${path} ${isOwn ? 200 : 401}`);
  }
});
