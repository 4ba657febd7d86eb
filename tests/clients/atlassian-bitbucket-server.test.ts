import BitbucketServer from "@atlassian/bitbucket-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gitLines, type Served, serve } from "../emulator/served.ts";
import { buildLargeHistory } from "../histories/large.ts";

let served: Served;
let client: BitbucketServer;
const here = { projectKey: "ACME", repositorySlug: "long" };

beforeAll(async () => {
  served = await serve({ long: (folder) => buildLargeHistory(folder, { commits: 60, now: new Date() }) });
  const { server } = served.emulator;
  const john = server?.people.find(({ name }) => name === "johndoe");
  client = new BitbucketServer({ baseUrl: server?.url ?? "" });
  client.authenticate({ type: "basic", username: "johndoe", password: john?.password ?? "" });
});
afterAll(() => served.stop());

test("@atlassian/bitbucket-server reads the version, a person and a repository of a Server by name and password", async () => {
  const { data: about, headers } = await client.api.getApplicationProperties({});
  expect(about).toMatchObject({ version: "7.17.0" });
  expect(headers["x-ausername"]).toBe("johndoe");
  expect((await client.api.getUser({ userSlug: "johndoe" })).data).toMatchObject({ displayName: "John Doe" });
  expect((await client.repos.getRepository(here)).data).toMatchObject({ slug: "long", state: "AVAILABLE" });
});

test("@atlassian/bitbucket-server reads branches and commits as git has them", async () => {
  const folder = served.folderOf("long");
  const { data: commits } = await client.repos.getCommits(here);
  expect(commits.values.map(({ id }: { id: string }) => id)).toEqual(
    gitLines(folder, "log", "-25", "--format=%H", "HEAD"),
  );
  const { data: branch } = await client.repos.getDefaultBranch(here);
  expect(branch.latestCommit).toBe(gitLines(folder, "rev-parse", "HEAD")[0]);
});

test("@atlassian/bitbucket-server says of a missing repository what the Server says", async () => {
  await expect(client.repos.getRepository({ ...here, repositorySlug: "none" })).rejects.toMatchObject({
    code: 404,
    message: "Repository ACME/none does not exist.",
  });
});
