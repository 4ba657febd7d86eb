import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { credentialKinds } from "../../src/bitbucket/credential.ts";
import type { Seed } from "../../src/emulator/core/seed.ts";
import type { EmulatedDataCenter } from "../../src/emulator/data-center/instance.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { requestToken, tokensFor } from "../emulator/client.ts";
import { bodyOf, callerAt } from "../emulator/data-center.ts";
import { addClient, talkTo } from "../emulator/dc-oauth2-app.ts";
import { folderDigest, temporaryFolder } from "../histories/folders.ts";
import { roundTrip, type Shown, type Way } from "./git-round-trip.ts";
import { smallCheckout, withUser } from "./plain-git.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let emulator: Emulator;
let given: string;
let digest: string;

const scopes = ["account", "repository:write"];
const seed: Seed = {
  people: [
    {
      username: "johndoe",
      displayName: "John Doe",
      emails: [{ address: "john@example.com", primary: true, confirmed: true }],
      appPasswords: [{ password: "ATBBwriting", scopes: ["repository:write"] }],
    },
    { username: "sam", displayName: "Sam Solo" },
  ],
  workspaces: [{ slug: "acme", members: [{ person: "johndoe", administrator: true }] }],
  consumers: [
    { workspace: "acme", name: "App", callbackUrl: "http://localhost:8000/callback", private: true, scopes },
  ],
};

beforeAll(async () => {
  folder = await temporaryFolder();
  given = join(folder.path, "given");
  await smallCheckout(given);
  digest = await folderDigest(given);
  emulator = await createEmulator({
    seed,
    rules: { appPasswords: true },
    repositories: [{ path: given, slug: "given", workspace: "acme", project: "TOOLS" }],
  });
});
afterAll(async () => {
  await emulator.close();
  await folder.remove();
});

/** The refs of Cloud's API, annotated tags by the commit they lead to. */
const atCloud: Shown = async () => {
  const { token } = emulator.control.addAccessToken({ workspace: "acme", scopes: ["repository"] });
  const answer = await fetch(`${emulator.urls.api}/2.0/repositories/acme/given/refs?pagelen=100`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { values } = (await answer.json()) as {
    values: { type: string; name: string; target: { hash: string } }[];
  }; // "List branches and tags", Atlassian REST API
  return new Map(
    values.map(({ type, name, target }) => [
      `refs/${type === "tag" ? "tags" : "heads"}/${name}`,
      target.hash,
    ]),
  );
};

const cloudAddress = () => `${emulator.urls.bitbucket}/acme/given.git`;
const cloudWay = (title: string, user: string | null, secret: string): Way =>
  user === null
    ? { title, address: cloudAddress(), header: `Authorization: Bearer ${secret}` }
    : { title, address: withUser(cloudAddress(), user, secret) };

/** With the git user names Windlass shows beside each kind of credential. */
async function cloudWays(): Promise<readonly Way[]> {
  const { control } = emulator;
  const { access_token: oauth } = await tokensFor(emulator, "John Doe", {});
  const write = ["repository:write"];
  const accessToken = (more: object) =>
    control.addAccessToken({ workspace: "acme", scopes: write, ...more }).token;
  const apiToken = control.addApiToken({
    person: "johndoe",
    scopes: ["read:repository:bitbucket", "write:repository:bitbucket"],
  }).token;
  const kinds = credentialKinds;
  return [
    cloudWay("an OAuth access token", kinds.oauth2.gitUser, oauth),
    cloudWay("an OAuth access token as Bearer", null, oauth),
    cloudWay("an app on its own", kinds["client-credentials"].gitUser, await appToken()),
    cloudWay("a workspace's access token", kinds["access-token"].gitUser, accessToken({})),
    cloudWay("a project's access token", kinds["access-token"].gitUser, accessToken({ project: "TOOLS" })),
    cloudWay(
      "a repository's access token",
      kinds["access-token"].gitUser,
      accessToken({ repository: "given" }),
    ),
    cloudWay("a repository's access token as Bearer", null, accessToken({ repository: "given" })),
    cloudWay("an API token", kinds["api-token"].gitUser, apiToken),
    cloudWay("an API token beside the username", "johndoe", apiToken),
    cloudWay("an app password", "johndoe", "ATBBwriting"),
  ];
}

/** Of the client credentials grant. */
async function appToken(): Promise<string> {
  const answer = await requestToken(emulator, { grant_type: "client_credentials" });
  return ((await answer.json()) as { access_token: string }).access_token; // RFC 6749 section 5.1
}

/** Branches and tags of a Data Center's API. */
function atDataCenter(place: EmulatedDataCenter): Shown {
  const john = callerAt(place, "johndoe");
  const refs = async (kind: "branches" | "tags") => {
    const path = `/rest/api/latest/projects/ACME/repos/given/${kind}?limit=100`;
    const { values } = await bodyOf(john(path));
    return values.map(
      (value) => [value.id, (value as unknown as { latestCommit: string }).latestCommit] as const,
    ); // "Get branches", Atlassian REST API
  };
  return async () => new Map([...(await refs("branches")), ...(await refs("tags"))]);
}

const placeOf = (product: "dataCenter" | "server"): EmulatedDataCenter => {
  const place = emulator[product];
  if (place === null) throw new Error(`there is no ${product}`);
  return place;
};

/** An HTTP access token, by control. */
async function httpToken(product: "dataCenter" | "server", owner: object): Promise<string> {
  const path = product === "server" ? "server" : "data-center";
  const answer = await fetch(`${emulator.urls.control}/${path}/tokens`, {
    method: "POST",
    body: JSON.stringify({ ...owner, permissions: ["REPO_WRITE"] }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return ((await answer.json()) as { token: string }).token; // as docs/emulator.md says
}

async function selfHostedWays(product: "dataCenter" | "server"): Promise<readonly Way[]> {
  const place = placeOf(product);
  const address = `${place.url}/scm/acme/given.git`;
  const by = (title: string, user: string, secret: string) => ({
    title,
    address: withUser(address, user, secret),
  });
  const bearer = (title: string, token: string) => ({
    title,
    address,
    header: `Authorization: Bearer ${token}`,
  });
  const password = place.people.find(({ name }) => name === "johndoe")?.password ?? "";
  const personal = await httpToken(product, { person: "johndoe" });
  const ways = [
    by("a password", "johndoe", password),
    by("a personal token beside its owner's user name", "johndoe", personal),
    bearer("a personal token as Bearer", personal),
  ];
  if (product === "server") return ways;
  const { tokens } = talkTo(emulator, await addClient(emulator, { scopes: ["REPO_WRITE"] }));
  const { access_token: oauth } = await tokens({ scope: "REPO_WRITE" });
  return [
    ...ways,
    bearer("a project's token", await httpToken(product, { project: "ACME" })),
    bearer("a repository's token", await httpToken(product, { repository: "ACME/given" })),
    bearer("an OAuth 2 token as Bearer", oauth),
    by("an OAuth 2 token beside its person's user name", "johndoe", oauth),
  ];
}

async function tryAll(ways: readonly Way[], shown: Shown): Promise<void> {
  for (const way of ways) {
    const own = await mkdtemp(join(folder.path, "by-"));
    await roundTrip(way, shown, own).catch((cause: unknown) => {
      throw new Error(`by ${way.title}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    });
  }
}

describe("plain git clones, fetches and pushes", () => {
  test("C24: git is let in at Cloud by the git user name of every kind of credential", async () => {
    await tryAll(await cloudWays(), atCloud);
  }, 120_000);

  test("D24: git is let in at Data Center by password, HTTP access tokens and OAuth 2", async () => {
    await tryAll(await selfHostedWays("dataCenter"), atDataCenter(placeOf("dataCenter")));
  }, 120_000);

  test("D24: git is let in at Server by password and personal token", async () => {
    await tryAll(await selfHostedWays("server"), atDataCenter(placeOf("server")));
  }, 120_000);
});

test("what was given as a repository is untouched, byte for byte, and the list of requests holds no secret", async () => {
  expect(await folderDigest(given)).toBe(digest);
  const requests = emulator.control.requests().filter(({ path }) => path.includes("given.git/"));
  expect(new Set(requests.map(({ query }) => query))).toEqual(
    new Set(["", "service=git-upload-pack", "service=git-receive-pack"]),
  );
  expect(
    requests.some(
      ({ method, path, person }) =>
        method === "POST" && path.endsWith("/git-receive-pack") && person === "johndoe",
    ),
  ).toBe(true);
  expect(JSON.stringify(requests)).not.toMatch(/ATAT|ATCT|ATBB|Bearer|Basic/);
});
