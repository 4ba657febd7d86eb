import { createRequire } from "node:module";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessToken, git, gitLines, type Served, serve } from "../emulator/served.ts";
import { buildLargeHistory } from "../histories/large.ts";

interface Page {
  readonly values: readonly (Counted & {
    readonly hash?: string;
    readonly full_name?: string;
    readonly target?: { hash?: string };
  })[];
}
type Call<Data = Page> = (parameters: Readonly<Record<string, string | number>>) => Promise<{ data: Data }>;

/** What is used of it. Its own types are sources that do not compile under our settings. */
interface Client {
  readonly users: { readonly getAuthedUser: Call<object> };
  readonly user: { readonly listEmails: Call };
  readonly refs: { readonly listBranches: Call };
  readonly repositories: {
    readonly get: Call<object>;
    readonly list: Call;
    readonly listCommits: Call;
    readonly listDiffStats: Call;
    /** Bytes, for what is not JSON or text by its content type. */
    readonly readSrc: Call<ArrayBuffer>;
  };
  hasNextPage(page: Page): boolean;
  getNextPage(page: Page): Promise<{ data: Page }>;
}

/** Its CommonJS build is what `require("bitbucket")` and most of its users get. */
const { Bitbucket } = createRequire(import.meta.url)("bitbucket") as {
  readonly Bitbucket: new (options: object) => Client;
};

interface Counted {
  readonly lines_added?: number;
  readonly lines_removed?: number;
  readonly old?: { readonly path?: string };
  readonly new?: { readonly path?: string };
}

let served: Served;
let client: Client;
const here = { workspace: "acme", repo_slug: "long" };

beforeAll(async () => {
  served = await serve({ long: (folder) => buildLargeHistory(folder, { commits: 120, now: new Date() }) });
  const { emulator } = served;
  const token = await accessToken(emulator, emulator.consumers[0]?.scopes ?? []);
  client = new Bitbucket({ baseUrl: `${emulator.urls.api}/2.0`, auth: { token }, notice: false });
});
afterAll(() => served.stop());

test("bitbucket reads who signed in, their addresses and the workspace's repositories", async () => {
  const { data: user } = await client.users.getAuthedUser({});
  expect(user).toMatchObject({ type: "user", display_name: "John Doe" });
  const { data: emails } = await client.user.listEmails({});
  expect(emails).toMatchObject({ values: [{ email: "user@example.com", is_confirmed: true }] });
  const { data: repositories } = await client.repositories.list({ workspace: "acme" });
  expect(repositories.values.map(({ full_name }) => full_name)).toEqual(["acme/long"]);
});

test("bitbucket walks every page of commits, in git's order", async () => {
  const hashes: unknown[] = [];
  let { data: page } = await client.repositories.listCommits({ ...here, include: "main", pagelen: 50 });
  for (;;) {
    hashes.push(...page.values.map(({ hash }) => hash));
    if (!client.hasNextPage(page)) break;
    ({ data: page } = await client.getNextPage(page));
  }
  expect(hashes).toEqual(gitLines(served.folderOf("long"), "log", "--date-order", "--format=%H", "main"));
});

test("bitbucket reads a diffstat, a branch and a file as git has them", async () => {
  const folder = served.folderOf("long");
  const [tip = ""] = gitLines(folder, "rev-parse", "HEAD");
  const { data: diffstat } = await client.repositories.listDiffStats({ ...here, spec: tip });
  const counted = diffstat.values.map(
    (file) => `${file.lines_added}\t${file.lines_removed}\t${file.new?.path ?? file.old?.path}`,
  );
  expect(counted).toEqual(gitLines(folder, "diff-tree", "--numstat", "-r", "HEAD~1", "HEAD"));
  const { data: branches } = await client.refs.listBranches(here);
  expect(branches.values[0]?.target?.hash).toBe(tip);
  const [path = ""] = gitLines(folder, "ls-tree", "-r", "--name-only", "HEAD");
  const { data: content } = await client.repositories.readSrc({ ...here, commit: tip, path });
  expect(Buffer.from(content)).toEqual(git(folder, "show", `HEAD:${path}`));
});

test("bitbucket turns Bitbucket's refusals into its own errors", async () => {
  await expect(client.repositories.get({ workspace: "acme", repo_slug: "none" })).rejects.toMatchObject({
    status: 404,
  });
  const stranger = new Bitbucket({ baseUrl: `${served.emulator.urls.api}/2.0`, notice: false });
  await expect(stranger.users.getAuthedUser({})).rejects.toMatchObject({ status: 401 });
});
