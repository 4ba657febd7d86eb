import { afterAll, beforeAll, expect, test } from "vitest";
import { repository } from "../../src/emulator/build/repository.ts";
import { branch, commit, tag } from "../../src/emulator/build/steps.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { personAt } from "./person.ts";

let emulator: Emulator;
let api: (url: string) => Promise<Response>;

beforeAll(async () => {
  emulator = await createEmulator({
    repositories: [
      repository("acme/widgets", [
        commit({ "a.txt": "one\n", "src/b.ts": "b\n" }),
        branch("feature/x", [commit({ "c.txt": "c\n" })]),
        tag("v1"),
      ]),
    ],
  });
  const { email, token } = emulator.control.addApiToken({
    person: "johndoe",
    scopes: ["repository", "pullrequest", "user", "workspace", "project", "webhook", "snippet"]
      .map((what) => `read:${what}:bitbucket`)
      .concat("write:pullrequest:bitbucket"),
  });
  const authorization = `Basic ${btoa(`${email}:${token}`)}`;
  api = (url) => fetch(url, { headers: { authorization }, redirect: "manual" });
  const opened = await fetch(`${emulator.urls.api}/2.0/repositories/acme/widgets/pullrequests`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ title: "A pull request", source: { branch: { name: "feature/x" } } }),
  });
  expect(opened.status).toBe(201);
});
afterAll(() => emulator.close());

/** What `docs/emulator.md` says is not played, and what takes a POST. */
const elsewhere =
  /\/2\.0\/(snippets|repositories\/%7B|workspaces\/%7B)|\/(forks|watchers|downloads)$|\/commit\/\w+\/(approve|comments|statuses)$|\/pullrequests\/1\/(approve|request-changes|merge|decline)$/;

function linksIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    ["href", "next"].includes(key) && typeof inner === "string" ? [inner] : linksIn(inner),
  );
}

test("C5: every link of an answer leads somewhere, at the API and at the website", async () => {
  const { visit, logIn } = personAt(emulator.urls.bitbucket);
  await logIn("John Doe");
  const first = ["/user", "/user/emails", "/user/workspaces", "/repositories/acme", "/hook_events"];
  const queue = first.map((path) => `${emulator.urls.api}/2.0${path}`);
  const met = new Map<string, number>();
  for (const url of queue) {
    const isPage = url.startsWith(emulator.urls.bitbucket);
    if (met.has(url) || elsewhere.test(url) || !(isPage || url.startsWith(emulator.urls.api))) continue;
    const answer = await (isPage ? visit(url) : api(url));
    met.set(url, answer.status);
    const isJson = answer.headers.get("content-type")?.startsWith("application/json") === true;
    queue.push(...linksIn(isJson ? await answer.json() : await answer.text()));
  }
  expect(met.size).toBeGreaterThan(60);
  // A folder's root is a redirect to it: "src" to "src/{main}/".
  expect([...met].filter(([, status]) => ![200, 302].includes(status))).toEqual([]);
});

test("C27: the owners of a workspace are its members by their role, which the list does not tell", async () => {
  const workspace = await (await api(`${emulator.urls.api}/2.0/workspaces/acme`)).json();
  const { values } = await (await api(workspace.links.owners.href)).json();
  expect(values.map(({ user }: { user: { display_name: string } }) => user.display_name)).toEqual([
    "John Doe",
  ]);
  expect(values[0]).not.toHaveProperty("permission");
});

test("C26: one address of one's own is found by itself, and nobody else's", async () => {
  const one = await api(`${emulator.urls.api}/2.0/user/emails/user@example.com`);
  expect([one.status, await one.json()]).toMatchObject([
    200,
    { type: "email", email: "user@example.com", is_primary: true, is_confirmed: true },
  ]);
  expect((await api(`${emulator.urls.api}/2.0/user/emails/jane@example.com`)).status).toBe(404);
});

test("the pages and pictures of workspaces, projects, branches and tags are there, and of others are not", async () => {
  const { visit, logIn } = personAt(emulator.urls.bitbucket);
  await logIn("John Doe");
  const statusOf = async (path: string) => (await visit(path)).status;
  for (const path of [
    "/acme/workspace/overview/",
    "/acme/workspace/projects/ACME",
    "/acme/workspace/projects/ACME/avatar/32",
    "/acme/widgets/branch/feature/x",
    "/acme/widgets/commits/tag/v1",
  ])
    expect([path, await statusOf(path)]).toEqual([path, 200]);
  for (const path of [
    "/none/workspace/overview",
    "/acme/widgets/branch/none",
    "/ravatar/none",
    "/account/none/avatar",
  ])
    expect([path, await statusOf(path)]).toEqual([path, 404]);
});
