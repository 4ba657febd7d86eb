/** A Data Center's projects, repositories, branches, commits and files, compared with what plain git says. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildDemoRepository } from "../../src/emulator/demo/demo-repository.ts";
import { writeHistory } from "../../src/emulator/demo/write-history.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { buildNastyHistory } from "../histories/nasty.ts";
import { bodyOf, type Call, callerAt, type DcAnswer, dataCenterOf, refusalOf } from "./data-center.ts";
import { git, gitLines } from "./served.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let emulator: Emulator;
let john: Call;
const now = new Date("2026-11-20T12:00:00Z");
const rest = "/rest/api/latest";
const nasty = `${rest}/projects/acme/repos/nasty`;
const at = (slug: string) => join(folder.path, slug);

beforeAll(async () => {
  folder = await temporaryFolder();
  await buildNastyHistory(at("nasty"), { now });
  await buildDemoRepository(at("demo"), now);
  await writeHistory(at("empty"), { commits: [] });
  emulator = await createEmulator({
    server: false,
    repositories: ["nasty", "demo", "empty"].map((slug) => ({
      path: at(slug),
      slug,
      private: slug !== "demo",
    })),
  });
  john = callerAt(dataCenterOf(emulator), "johndoe");
});
afterAll(async () => {
  await emulator.close();
  await folder.remove();
});

interface Page {
  readonly values: readonly unknown[];
  readonly nextPageStart: number | null;
}

async function everything(call: Call, path: string): Promise<readonly unknown[]> {
  const values: unknown[] = [];
  for (let start: number | null = 0; start !== null; ) {
    const page: Page = await bodyOf(call(`${path}${path.includes("?") ? "&" : "?"}start=${start}`));
    values.push(...page.values);
    start = page.nextPageStart;
  }
  return values;
}
const ids = (values: readonly unknown[]) => values.map((value) => (value as { id: string }).id);

test("D34: pages are capped below what is asked, and the last one has no next", async () => {
  const page = await bodyOf(john(`${nasty}/commits?limit=1000&start=0`));
  const total = gitLines(at("nasty"), "rev-list", "main").length;
  expect([page.size, page.limit, page.isLastPage, page.nextPageStart]).toEqual([total, 100, true, null]);
  const first = await bodyOf(john(`${nasty}/commits?limit=3`));
  expect([first.size, first.limit, first.start, first.isLastPage, first.nextPageStart]).toEqual([
    3,
    3,
    0,
    false,
    3,
  ]);
  expect(ids(await everything(john, `${nasty}/commits?limit=7`))).toEqual(
    gitLines(at("nasty"), "rev-list", "main"),
  );
  expect((await refusalOf(john(`${nasty}/commits?limit=many`)))[0]).toBe(400);
});

test("D34: with gaps, nextPageStart is not start + size and still leads through everything once", async () => {
  const other = await createEmulator({
    server: false,
    dataCenterRules: { pageGaps: true, lastPageStart: "absent", maxCommits: 10 },
    repositories: [{ path: at("nasty"), slug: "nasty" }],
  });
  const call = callerAt(dataCenterOf(other), "johndoe");
  const page = await bodyOf(call(`${nasty}/commits?limit=25`));
  expect([page.limit, page.size, page.nextPageStart]).toEqual([10, 10, 20]);
  const found: string[] = [];
  for (let start: number | undefined = 0; start !== undefined; ) {
    const next: DcAnswer = await bodyOf(call(`${nasty}/commits?start=${start}`));
    found.push(...ids(next.values));
    expect(next.nextPageStart).not.toBeNull();
    start = next.nextPageStart ?? undefined;
  }
  expect(found).toEqual(gitLines(at("nasty"), "rev-list", "main"));
  await other.close();
});

test("D35: projects with keys in upper case, a personal one with its owner, and repositories with every link", async () => {
  const { values } = await bodyOf(john(`${rest}/projects`));
  expect(values.map(({ key, type }: { key: string; type: string }) => [key, type])).toEqual([
    ["ACME", "NORMAL"],
    ["~johndoe", "PERSONAL"],
  ]);
  expect((await bodyOf(john(`${rest}/projects/~johndoe`))).owner).toMatchObject({ id: 101, slug: "johndoe" });
  const url = emulator.dataCenter?.url ?? "";
  expect(await bodyOf(john(`${rest}/projects/acme/repos/NASTY`))).toMatchObject({
    slug: "nasty",
    id: 1,
    scmId: "git",
    state: "AVAILABLE",
    public: false,
    project: { key: "ACME", id: 1, name: "Acme", type: "NORMAL" },
    links: {
      clone: [
        { href: `${url}/scm/acme/nasty.git`, name: "http" },
        { href: "ssh://git@127.0.0.1:7999/acme/nasty.git", name: "ssh" },
      ],
      self: [{ href: `${url}/projects/ACME/repos/nasty/browse` }],
    },
  });
});

test("D35: the search across projects filters by name, project, permission and visibility", async () => {
  const found = async (call: Call, query: string) => {
    const { values } = await bodyOf(call(`${rest}/repos?${query}`));
    return values.map(({ slug }: { slug: string }) => slug);
  };
  expect(await found(john, "")).toEqual(["demo", "empty", "nasty"]);
  expect(await found(john, "name=%20AST")).toEqual(["nasty"]);
  expect(await found(john, "projectname=acme&name=demo&permission=REPO_ADMIN")).toEqual(["demo"]);
  expect(await found(john, "projectkey=GLOBEX")).toEqual([]);
  expect(await found(john, "visibility=public")).toEqual(["demo"]);
  expect((await refusalOf(john(`${rest}/repos?visibility=some`)))[0]).toBe(400);
  const place = dataCenterOf(emulator);
  expect(await found(callerAt(place, "jane.doe@example.com"), "permission=REPO_WRITE")).toHaveLength(3);
  expect(await found(callerAt(place, "jane.doe@example.com"), "permission=REPO_ADMIN")).toEqual([]);
  expect(await found(callerAt(place, null), "")).toEqual(["demo"]);
  expect(await found(callerAt(place, null), "permission=REPO_READ")).toEqual([]);
});

test("D35: branches, tags with their own objects, and the default branch", async () => {
  const branches = await everything(john, `${nasty}/branches?limit=2`);
  expect(ids(branches)).toEqual(gitLines(at("nasty"), "for-each-ref", "--format=%(refname)", "refs/heads"));
  const tip = gitLines(at("nasty"), "rev-parse", "main")[0];
  expect(branches).toContainEqual({
    id: "refs/heads/main",
    displayId: "main",
    type: "BRANCH",
    latestCommit: tip,
    latestChangeset: tip,
    isDefault: true,
  });
  expect(ids((await bodyOf(john(`${nasty}/branches?filterText=FEAT`))).values)).toHaveLength(2);
  const tags = await everything(john, `${nasty}/tags`);
  const tagObject = gitLines(at("nasty"), "rev-parse", "v1.1")[0];
  expect(tags).toMatchObject([
    { displayId: "v1.0", hash: null },
    { displayId: "v1.1", hash: tagObject, latestCommit: gitLines(at("nasty"), "rev-parse", "v1.1^{}")[0] },
    { displayId: "v1.10", hash: null },
  ]);
  expect(await bodyOf(john(`${nasty}/tags/v1.1`))).toEqual(tags[1]);
  expect(await bodyOf(john(`${nasty}/default-branch`))).toEqual({
    id: "refs/heads/main",
    displayId: "main",
    type: "BRANCH",
  });
  expect((await bodyOf(john(`${nasty}/branches/default`))).latestCommit).toBe(tip);
});

test("D35: commits until inclusive and since exclusive, with and without merges, of a path, renames followed", async () => {
  const range = ["v1.0", "v1.1"] as const;
  const listed = ids(
    await everything(john, `${nasty}/commits?since=${range[0]}&until=refs/tags/${range[1]}`),
  );
  expect(listed).toEqual(gitLines(at("nasty"), "rev-list", "v1.0..v1.1"));
  for (const [merges, option] of [
    ["only", "--merges"],
    ["exclude", "--no-merges"],
  ] as const)
    expect(ids(await everything(john, `${nasty}/commits?merges=${merges}`))).toEqual(
      gitLines(at("nasty"), "rev-list", option, "main"),
    );
  expect(ids(await everything(john, `${nasty}/commits?path=swap/one`))).toEqual(
    gitLines(at("nasty"), "rev-list", "main", "--", "swap/one"),
  );
  const followed = await bodyOf(
    john(`${nasty}/commits?path=imported/y.txt&followRenames=true&until=imported`),
  );
  expect(followed.size).toBe(2);
  const counted = await bodyOf(john(`${nasty}/commits?withCounts=true&limit=1`));
  expect(counted).toMatchObject({
    totalCount: gitLines(at("nasty"), "rev-list", "main").length,
    authorCount: 2,
  });
  expect(ids(await everything(john, `${nasty}/compare/commits?from=feature/left&to=feature/right`))).toEqual(
    gitLines(at("nasty"), "rev-list", "feature/left", "^feature/right"),
  );
});

test("D35: one commit by hash, short or whole, in milliseconds, its author whole where the e-mail is known", async () => {
  const [hash = "", seconds] = gitLines(at("demo"), "log", "-1", "--format=%H%n%at", "main");
  const commit = await bodyOf(john(`${rest}/projects/ACME/repos/demo/commits/${hash.slice(0, 8)}`));
  expect([commit.id, commit.displayId, commit.authorTimestamp]).toEqual([
    hash,
    hash.slice(0, 11),
    Number(seconds) * 1000,
  ]);
  const commits = await everything(john, `${rest}/projects/ACME/repos/demo/commits?limit=100&avatarSize=16`);
  const authors = (commits as { author: { id?: number; emailAddress: string; avatarUrl?: string } }[]).map(
    ({ author }) => author,
  );
  const known = authors.filter(({ emailAddress }) => emailAddress === "user@example.com");
  for (const author of known)
    expect(author).toMatchObject({ id: 101, avatarUrl: expect.stringContaining("s=16") });
  for (const author of authors.filter(({ id }) => id === undefined))
    expect(Object.keys(author)).toEqual(["name", "emailAddress"]);
  expect((await refusalOf(john(`${nasty}/commits/main`))).slice(0, 2)).toEqual([
    400,
    "NoSuchCommitException",
  ]);
});

test("D35, D36: every file of a hard history is listed, and comes byte for byte by REST and by its page", async () => {
  const listed = await everything(john, `${nasty}/files?limit=30`);
  const inGit = git(at("nasty"), "ls-tree", "-r", "-z", "--name-only", "main").toString("utf8").split("\0");
  expect(listed).toEqual(inGit.filter(Boolean));
  const below = await bodyOf(john(`${nasty}/files/lib?at=v1.10`));
  expect(below.values).toEqual(gitLines(at("nasty"), "ls-tree", "-r", "--name-only", "main:lib"));
  for (const name of ["latin1.txt", "bin/one.bin", 'tab\tand "quote"\n.txt', "question?mark#hash&amp;.txt"]) {
    const bytes = git(at("nasty"), "show", `main:${name}`);
    const path = encodeURIComponent(name).replaceAll("%2F", "/");
    for (const place of [`${nasty}/raw/${path}`, `/projects/ACME/repos/nasty/raw/${path}?at=refs/heads/main`])
      expect(Buffer.from(await (await john(place)).arrayBuffer()).equals(bytes), place).toBe(true);
  }
  const stranger = await callerAt(dataCenterOf(emulator), null)("/projects/ACME/repos/nasty/raw/README.md");
  expect([stranger.status, stranger.headers.get("location")]).toEqual([
    302,
    expect.stringContaining("/login?next="),
  ]);
});

test("D35: browse gives lines, folders, type and size, and size wins", async () => {
  expect(await bodyOf(john(`${nasty}/browse/crlf.txt?limit=2`))).toEqual({
    lines: [{ text: "line 1" }, { text: "line 2" }],
    start: 0,
    size: 2,
    limit: 2,
    isLastPage: false,
    nextPageStart: 2,
  });
  expect((await bodyOf(john(`${nasty}/browse/latin1.txt`))).lines).toEqual(
    ["café", "thè", "chá"].map((text) => ({ text })),
  );
  expect(await bodyOf(john(`${nasty}/browse/lib?type=true`))).toEqual({ type: "DIRECTORY" });
  const root = await bodyOf(john(`${nasty}/browse?limit=1000`));
  const inRoot = gitLines(at("nasty"), "ls-tree", "main").length;
  expect(root.children.values).toHaveLength(inRoot);
  expect(await bodyOf(john(`${nasty}/browse/last.txt?type=true&size=true`))).toEqual({ size: 5 });
  expect((await bodyOf(john(`${nasty}/browse/last.txt?size`))).lines).toEqual([{ text: "last" }]);
  expect((await bodyOf(john(`${nasty}/browse/bin/one.bin`))).binary).toBe(true);
  const { path, children } = await bodyOf(john(`${nasty}/browse/lib`));
  expect(path).toMatchObject({ components: ["lib"], toString: "lib" });
  expect(children).toMatchObject({ isLastPage: true, values: expect.any(Array) });
  const names = children.values.map((child: { path: { toString: string } }) => child.path.toString);
  expect(names).toEqual(gitLines(at("nasty"), "ls-tree", "--name-only", "main:lib"));
});

test("D36: an empty repository has no default branch", async () => {
  const empty = `${rest}/projects/ACME/repos/empty`;
  expect(await refusalOf(john(`${empty}/default-branch`))).toEqual([
    404,
    "NoDefaultBranchException",
    "Repository 'empty' has no default branch.",
  ]);
  expect((await john(`${empty}/branches/default`)).status).toBe(204);
  expect((await bodyOf(john(`${empty}/branches`))).values).toEqual([]);
  expect((await refusalOf(john(`${empty}/commits`)))[1]).toBe("NoDefaultBranchException");
});

test("D37: what is not there is 404 by the name of its exception", async () => {
  const zeros = "0".repeat(40);
  for (const [path, exception, message] of [
    [`${rest}/projects/NONE`, "NoSuchProjectException", "Project NONE does not exist."],
    [`${rest}/projects/NONE/repos/x`, "NoSuchProjectException", "Project NONE does not exist."],
    [`${rest}/projects/ACME/repos/x`, "NoSuchRepositoryException", "Repository ACME/x does not exist."],
    [
      `${nasty}/commits/${zeros}`,
      "NoSuchCommitException",
      `Commit '${zeros}' does not exist in repository 'nasty'.`,
    ],
    [
      `${nasty}/commits?until=no/branch`,
      "NoSuchCommitException",
      "Commit 'no/branch' does not exist in repository 'nasty'.",
    ],
    [
      `${nasty}/browse/none?at=main`,
      "NoSuchPathException",
      'The path "none" does not exist at revision "main"',
    ],
    [
      `${nasty}/raw/none`,
      "NoSuchPathException",
      'The path "none" does not exist at revision "refs/heads/main"',
    ],
    [`${nasty}/tags/none`, "NoSuchTagException", "Tag 'none' does not exist in repository 'nasty'."],
  ] as const)
    expect(await refusalOf(john(path)), path).toEqual([404, exception, message]);
});

test("D35: the repositories of a project are its own, by name", async () => {
  const page: Page = await bodyOf(john(`${rest}/projects/acme/repos`));
  expect(page.values).toMatchObject(
    ["demo", "empty", "nasty"].map((slug) => ({ slug, project: { key: "ACME" } })),
  );
});
