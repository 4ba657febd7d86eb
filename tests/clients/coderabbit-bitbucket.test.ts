import { createBitbucketServerClient } from "@coderabbitai/bitbucket/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataCenterOf } from "../emulator/data-center.ts";
import { gitLines, type Served, serve } from "../emulator/served.ts";
import { buildLargeHistory } from "../histories/large.ts";

interface CommitPage {
  readonly values?: readonly { readonly id?: string }[];
  readonly nextPageStart?: number | null;
}

let served: Served;
let client: ReturnType<typeof createBitbucketServerClient>;
const path = { projectKey: "ACME", repositorySlug: "long" };

beforeAll(async () => {
  served = await serve({ long: (folder) => buildLargeHistory(folder, { commits: 120, now: new Date() }) });
  const { url, tokens } = dataCenterOf(served.emulator);
  client = createBitbucketServerClient({
    baseUrl: `${url}/rest`,
    headers: { Accept: "application/json", Authorization: `Bearer ${tokens[0]?.token}` },
  });
});
afterAll(() => served.stop());

test("@coderabbitai/bitbucket reads the version, the projects and a repository of a Data Center", async () => {
  const { data: about } = await client.GET("/api/latest/application-properties");
  expect(about).toMatchObject({ version: "9.4.2", displayName: "Bitbucket" });
  const { data: projects } = await client.GET("/api/latest/projects");
  expect(projects?.values?.map(({ key }) => key)).toContain("ACME");
  const { data: repository } = await client.GET("/api/latest/projects/{projectKey}/repos/{repositorySlug}", {
    params: { path },
  });
  expect(repository).toMatchObject({ slug: "long", project: { key: "ACME" }, scmId: "git" });
});

test("@coderabbitai/bitbucket walks every page of commits by nextPageStart, and reads a commit's changes", async () => {
  const commits: string[] = [];
  for (let start: number | undefined = 0; start !== undefined; ) {
    const answer: { data?: CommitPage } = await client.GET(
      "/api/latest/projects/{projectKey}/repos/{repositorySlug}/commits",
      {
        params: { path, query: { start, limit: 50 } },
      },
    );
    commits.push(...(answer.data?.values ?? []).map(({ id }) => `${id}`));
    start = answer.data?.nextPageStart ?? undefined;
  }
  const folder = served.folderOf("long");
  expect(commits).toEqual(gitLines(folder, "log", "--format=%H", "HEAD"));
  const { data: changes } = await client.GET(
    "/api/latest/projects/{projectKey}/repos/{repositorySlug}/commits/{commitId}/changes",
    { params: { path: { ...path, commitId: commits[0] ?? "" } } },
  );
  expect(changes?.values?.length).toBe(
    gitLines(folder, "diff-tree", "-r", "--name-only", "HEAD~1", "HEAD").length,
  );
});

test("@coderabbitai/bitbucket is told of a missing repository by errors[]", async () => {
  const { error, response } = await client.GET("/api/latest/projects/{projectKey}/repos/{repositorySlug}", {
    params: { path: { ...path, repositorySlug: "none" } },
  });
  expect(response.status).toBe(404);
  expect(error).toMatchObject({
    errors: [{ exceptionName: "com.atlassian.bitbucket.repository.NoSuchRepositoryException" }],
  });
});
