/** What Atlassian's pages say of parameters, bodies and rights at a Data Center, one sentence a test. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Call, callerAt, dataCenterOf } from "./data-center.ts";
import { personAtDataCenter } from "./dc-person.ts";
import { all, place, refused, send, told, type Workshop, workshop } from "./dc-pull-requests.ts";

let shop: Workshop;
let john: Call;
let jane: Call;
let first: { readonly id: number; readonly fromRef: { readonly latestCommit: string } };

beforeAll(async () => {
  shop = await workshop();
  ({ john, jane } = shop);
  first = await told(shop.open("feature", { reviewers: [{ user: { name: "jane.doe@example.com" } }] }));
});
afterAll(() => shop.emulator.close());

const titlesOf = async (path: string) => (await told(john(path))).values.map(({ title }) => title);
const namesOf = async (path: string) =>
  (await told(john(path))).values.map((each) => String(each.displayId ?? each.id));
/** Commits, changes of them and comments have other keys than a pull request. */
const read = async (answer: Promise<Response>) => (await (await answer).json()) as Record<string, unknown>;

test("D4: a path that is no escaped text, or hides a slash, is 400 and a page, whoever asks", async () => {
  const nobody = callerAt(dataCenterOf(shop.emulator), null);
  for (const path of [
    `${place}/browse/%zz`,
    `${place}/tags/a%2Fb`,
    "/rest/api/latest/users/%",
    "/projects/%5C",
    `${place}/raw/a%00`,
  ])
    for (const call of [john, nobody]) {
      const answer = await call(path);
      expect([answer.status, answer.headers.get("content-type")], path).toEqual([
        400,
        "text/html;charset=UTF-8",
      ]);
    }
  expect((await john(`${place}/browse/a%2Etxt`)).status).toBe(200);
});

test("D35: an archive is named after what was asked for: branch and commit, hash as it was written, hyphens for slashes", async () => {
  const named = async (query: string) =>
    (await john(`${place}/archive?${query}`, { method: "HEAD" })).headers.get("content-disposition");
  const { latestCommit } = first.fromRef;
  const at = `${latestCommit.slice(0, 11)}.tar`;
  expect(await named("format=tar&at=feature")).toContain(encodeURIComponent(`widgets-feature@${at}`));
  expect(await named("format=tar&at=refs/heads/feature")).toContain(
    encodeURIComponent(`widgets-feature@${at}`),
  );
  expect(await named(`format=tar&at=${latestCommit}`)).toContain(`''widgets-${latestCommit}.tar`);
  expect(await named(`format=tar&at=${latestCommit.slice(0, 9)}`)).toContain(
    `''widgets-${latestCommit.slice(0, 9)}.tar`,
  );
  expect(await named("format=zip")).toContain("widgets-main%40");
});

test("D35: one commit with a path is the first from there back that touched it", async () => {
  const { latestCommit } = first.fromRef;
  const of = (path: string) => read(john(`${place}/commits/${latestCommit}?path=${path}`));
  expect((await of("new.txt")).id).toBe(latestCommit);
  expect((await of("old.txt")).message).toBe("First");
  expect(await refused(john(`${place}/commits/${latestCommit}?path=nope.txt`))).toMatchObject({
    status: 404,
  });
});

test("D35: compare takes its source from this repository by number or name, and from no stranger to it", async () => {
  const status = async (from: string) =>
    (await john(`${place}/compare/commits?from=feature&fromRepo=${from}`)).status;
  const { id } = await read(john(place));
  for (const own of [String(id), "ACME/widgets", "acme/WIDGETS"]) expect(await status(own), own).toBe(200);
  for (const none of ["9999", "ACME/nope", "nope"]) expect(await status(none), none).toBe(404);
  for (const what of ["changes", "diff"])
    expect((await john(`${place}/compare/${what}?from=feature&fromRepo=9999`)).status).toBe(404);
});

test("D35: boostMatches puts the nearest branches first, and without it the order stays", async () => {
  expect(await namesOf(`${place}/branches?filterText=e`)).toEqual([
    "ahead",
    "feature",
    "other",
    "same",
    "stacked",
  ]);
  expect(await namesOf(`${place}/branches?filterText=s&boostMatches=true`)).toEqual([
    "same",
    "stacked",
    "clash",
  ]);
});

test("D35: pull requests are filtered by who takes part, all filters at once, counted without a gap", async () => {
  const jane1 = "username.1=jane.doe%40example.com";
  expect(await titlesOf(`${all}?${jane1}`)).toEqual(["Take feature"]);
  expect(await titlesOf(`${all}?${jane1}&role.1=REVIEWER&username.2=johndoe&role.2=AUTHOR`)).toHaveLength(1);
  expect(await titlesOf(`${all}?${jane1}&role.1=AUTHOR`)).toEqual([]);
  expect(await titlesOf(`${all}?${jane1}&approved.1=true`)).toEqual([]);
  expect(await titlesOf(`${all}?username.1=nobody`)).toEqual([]);
  expect(await titlesOf(`${all}?username.2=nobody`)).toHaveLength(1);
  expect(await refused(john(`${all}?${jane1}&role.1=OWNER`))).toMatchObject({
    status: 400,
    context: "role.1",
  });
});

test("D35: a change without a version is 400, as is one of the author or of who takes part; what was read may be sent back", async () => {
  const one = `${all}/${first.id}`;
  const now = await told(john(one));
  const put = (body: object) => refused(send(john, "PUT", one, body));
  expect(await put({ title: "x" })).toMatchObject({ status: 400, context: "version" });
  const { version, title } = now;
  expect(await put({ version, title, author: { user: { name: "admin" } } })).toMatchObject({
    status: 400,
    context: "author",
  });
  expect(await put({ version, title, participants: [{ user: { name: "admin" } }] })).toMatchObject({
    status: 400,
    context: "participants",
  });
  expect((await send(john, "PUT", one, now)).status).toBe(200);
});

test("D35: activities begin where fromId says, which needs its type", async () => {
  const activities = `${all}/${first.id}/activities`;
  const comment = await read(send(john, "POST", `${all}/${first.id}/comments`, { text: "Here" }));
  const newest = (await told(john(activities))).values;
  expect(newest.length).toBeGreaterThan(1);
  const last = newest.at(-1)?.id;
  expect((await told(john(`${activities}?fromType=ACTIVITY&fromId=${last}`))).values).toHaveLength(1);
  const from = `${activities}?fromType=COMMENT&fromId=${String(comment.id)}`;
  expect((await told(john(from))).values).toEqual(newest);
  for (const wrong of ["fromId=1", "fromId=1&fromType=PERSON", "fromId=x&fromType=COMMENT"])
    expect(await refused(john(`${activities}?${wrong}`)), wrong).toMatchObject({ status: 400 });
});

test("D35: a pending comment is its author's alone, counts nowhere, and is told of when it is published", async () => {
  const comments = `${all}/${first.id}/comments`;
  const anchor = { path: "new.txt", line: 1, lineType: "ADDED", fileType: "TO" };
  const pending = await read(send(jane, "POST", comments, { text: "Hm", state: "PENDING", anchor }));
  const activitiesBefore = (await told(john(`${all}/${first.id}/activities`))).values.length;
  const seenBy = async (call: Call) =>
    (await told(call(`${comments}?path=new.txt`))).values.filter(({ id }) => id === pending.id).length;
  expect([await seenBy(jane), await seenBy(john)]).toEqual([1, 0]);
  expect((await jane(`${comments}/${String(pending.id)}`)).status).toBe(200);
  expect(await refused(john(`${comments}/${String(pending.id)}`))).toMatchObject({ status: 404 });
  const count = async () => {
    const [found] = (await told(john(all))).values;
    return (found?.properties as { commentCount?: number } | undefined)?.commentCount;
  };
  const before = await count();
  await send(jane, "PUT", `${comments}/${String(pending.id)}`, { state: "OPEN", version: 0 });
  expect([await seenBy(john), await count()]).toEqual([1, (before ?? 0) + 1]);
  expect((await told(john(`${all}/${first.id}/activities`))).values).toHaveLength(activitiesBefore + 1);
});

test("D35: what a reader may do with a comment is told to each their own", async () => {
  const comments = `${all}/${first.id}/comments`;
  const { id } = await read(send(jane, "POST", comments, { text: "Mine" }));
  const allowed = async (call: Call) => (await read(call(`${comments}/${String(id)}`))).permittedOperations;
  expect(await allowed(jane)).toEqual({ editable: true, transitionable: true, deletable: true });
  expect(await allowed(john)).toEqual({ editable: false, transitionable: true, deletable: true });
});

test("D35: comments on a file are filtered by state and by the kind of their diff", async () => {
  const list = `${all}/${first.id}/comments?path=a.txt`;
  const anchor = { path: "a.txt", line: 2, lineType: "ADDED", fileType: "TO" };
  await send(john, "POST", `${all}/${first.id}/comments`, { text: "Two", anchor });
  const amount = async (query: string) => (await told(john(`${list}&${query}`))).values.length;
  expect(await amount("states=OPEN")).toBe(1);
  expect(await amount("states=RESOLVED")).toBe(0);
  expect(await amount("diffTypes=EFFECTIVE")).toBe(1);
  expect(await amount("anchorState=ORPHANED")).toBe(0);
  for (const wrong of ["anchorState=GONE", "diffTypes=ALL", "diffTypes=RANGE"])
    expect(await refused(john(`${list}&${wrong}`)), wrong).toMatchObject({ status: 400 });
});

test("D35: the author cannot be made a reviewer, and merging by itself is off", async () => {
  const one = `${all}/${first.id}`;
  const role = { user: { name: "johndoe" }, role: "REVIEWER" };
  expect(await refused(send(john, "POST", `${one}/participants`, role))).toMatchObject({ status: 400 });
  const { version } = await told(john(one));
  expect(await refused(send(john, "POST", `${one}/merge`, { version, autoMerge: true }))).toMatchObject({
    status: 403,
  });
});

test("D35: asking whether it merges writes nothing: the repository that was given stays the one that is read", async () => {
  const path = dataCenterOf(shop.emulator).repositories[0]?.path ?? "";
  const filesOf = async () => (await readdir(path, { recursive: true })).length;
  const before = await filesOf();
  const clash = await told(shop.open("clash"));
  expect(await read(john(`${all}/${first.id}/merge`))).toMatchObject({ canMerge: true, outcome: "CLEAN" });
  expect(await read(john(`${all}/${clash.id}/merge`))).toMatchObject({
    canMerge: false,
    outcome: "CONFLICTED",
  });
  expect([await filesOf(), (await stat(join(path))).isDirectory()]).toEqual([before, true]);
});

test("D38: a webhook's body is JSON and says so; anything else is 415", async () => {
  const hook = { name: "x", url: "https://app.example.com/", events: ["repo:refs_changed"] };
  const post = (type: string) =>
    john(`${place}/webhooks`, {
      method: "POST",
      headers: { "content-type": type },
      body: JSON.stringify(hook),
    });
  expect(await refused(post("application/xml"))).toMatchObject({ status: 415 });
  expect((await post("application/json")).status).toBe(201);
});

test("D35, D36: a pull request's JSON diff has its comments, whole at the file and by number at the line", async () => {
  const fresh = await told(shop.open("other"));
  const anchor = { path: "other.txt", line: 1, lineType: "ADDED", fileType: "TO" };
  const one = `${all}/${fresh.id}`;
  const { id } = await read(send(john, "POST", `${one}/comments`, { text: "Other what?", anchor }));
  await send(jane, "POST", `${one}/comments`, { text: "This one", parent: { id } });
  await send(jane, "POST", `${one}/comments`, { text: "Hm", state: "PENDING", anchor });
  interface Commented {
    readonly lineComments?: readonly { readonly id: number; readonly comments: readonly object[] }[];
    readonly hunks: readonly { readonly segments: readonly { readonly lines: readonly object[] }[] }[];
  }
  const diffOf = async (query: string) => {
    const { diffs } = (await read(john(`${one}/diff${query}`))) as { diffs: readonly Commented[] };
    return diffs[0];
  };
  const diff = await diffOf("");
  expect(diff?.lineComments).toMatchObject([{ id, comments: [{ text: "This one" }] }]);
  expect(diff?.hunks[0]?.segments[0]?.lines[0]).toMatchObject({ destination: 1, commentIds: [id] });
  const without = await diffOf("?withComments=false");
  expect(without?.lineComments).toBeUndefined();
  expect(without?.hunks[0]?.segments[0]?.lines[0]).not.toHaveProperty("commentIds");
});

test("D32: who has no permission yet is listed for administrators: people with a licence, and groups", async () => {
  const none = (at: string) => `/rest/api/latest${at}`;
  const names = async (path: string, by: Call) =>
    (await told(by(path))).values.map((each) => String(each.name));
  const inProject = none("/projects/ACME/permissions/users/none");
  expect(await names(inProject, john)).not.toContain("johndoe");
  const inRepository = await names(`${place}/permissions/users/none`, john);
  expect(inRepository).toContain("johndoe");
  expect(inRepository.length).toBeGreaterThan((await names(inProject, john)).length);
  expect(await names(`${inProject}?filter=johndoe`, john)).not.toContain("johndoe");
  expect((await john(none("/projects/ACME/permissions/groups/none"))).status).toBe(200);
  expect((await john(`${place}/permissions/groups/none`)).status).toBe(200);
  for (const path of [inProject, `${place}/permissions/users/none`])
    expect((await jane(path)).status, path).toBe(401);
  const admin = callerAt(dataCenterOf(shop.emulator), "admin");
  expect((await admin(none("/admin/permissions/users/none"))).status).toBe(200);
  expect((await john(none("/admin/permissions/users/none"))).status).toBe(401);
});

test("D16: of a parameter that comes twice the first counts: nobody is sent where the second leads", async () => {
  const [client] = dataCenterOf(shop.emulator).clients;
  const nobody = callerAt(dataCenterOf(shop.emulator), null);
  const query = new URLSearchParams([
    ["response_type", "code"],
    ["scope", "REPO_READ"],
    ["client_id", "unknown"],
    ["client_id", client?.clientId ?? ""],
    ["redirect_uri", "https://evil.example.com/"],
    ["redirect_uri", client?.redirectUrl ?? ""],
  ]);
  const answer = await nobody(`/rest/oauth2/latest/authorize?${query}`);
  const to = answer.headers.get("location") ?? "";
  expect([to.includes("code="), to.startsWith("https://evil.example.com")]).toEqual([false, false]);
});

test("D1, D4: every link of people, projects and repositories leads somebody logged in to a page, and strangers to log in", async () => {
  const { url } = dataCenterOf(shop.emulator);
  const person = personAtDataCenter(url);
  await person.logIn("John Doe");
  const links = new Set<string>();
  for (const path of ["/projects", "/repos", "/users?avatarSize=48"]) {
    const text = await (await john(`/rest/api/latest${path}`)).text();
    for (const [, to = ""] of text.matchAll(/"(?:href|avatarUrl)":"([^"]+)"/g))
      links.add(new URL(to, url).href);
  }
  const pages = [...links].filter((link) => link.startsWith(url) && !link.endsWith(".git"));
  expect(pages.length).toBeGreaterThan(6);
  for (const link of pages) {
    const answer = await person.visit(link);
    expect(answer.status, link).toBe(200);
  }
  const nobody = callerAt(dataCenterOf(shop.emulator), null);
  for (const path of ["/users/johndoe", "/projects/ACME", "/projects/NOPE"])
    expect((await nobody(path)).headers.get("location"), path).toContain("/login");
  expect((await person.visit("/users/nobody")).status).toBe(404);
  expect((await person.visit("/projects/NOPE")).status).toBe(404);
});
