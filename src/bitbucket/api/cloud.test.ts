import { describe, expect, test } from "vitest";
import { type RecordedAnswer, recorded } from "../../../tests/bitbucket/recorded.ts";
import { fc } from "../../../tests/property.ts";
import { isWindlassError } from "../../base/errors.ts";
import { cloudUrls } from "../cloud.ts";
import { bearer } from "./authorize.ts";
import { createApi } from "./client.ts";
import {
  commitPage,
  currentEmails,
  currentUser,
  diffstat,
  getRepository,
  getWorkspace,
  listWorkspaces,
  repositoryPage,
  resolveBranch,
} from "./cloud.ts";

const root = "https://api.bitbucket.org/2.0";
const hash = "174561d9b6f3b2f6f0c5c5f0f5a1bb1c1f1f3a5e";

function apiWith(answers: readonly RecordedAnswer[] | Record<string, RecordedAnswer>) {
  const { fetch, requests } = recorded(answers);
  const api = createApi({ urls: cloudUrls, fetch, authorize: bearer("t") });
  return { api, asked: () => requests.map(({ url }) => url.slice(root.length)) };
}

const notFound = { status: 404, body: { type: "error", error: { message: "Not found" } } };

describe("workspaces", () => {
  test("S10: are read from the thin rows of /user/workspaces, over all pages, ids without braces", async () => {
    const row = (slug: string, administrator: boolean) => ({
      type: "workspace_access",
      administrator,
      workspace: { type: "workspace_base", uuid: `{uuid-${slug}}`, slug, links: {} },
    });
    const { api, asked } = apiWith([
      { body: { pagelen: 1, values: [row("acme", true)], next: `${root}/user/workspaces?page=2` } },
      { body: { pagelen: 1, values: [row("other", false), { workspace: null }, 7] } },
    ]);
    expect(await listWorkspaces(api)).toEqual([
      { slug: "acme", uuid: "uuid-acme", administrator: true },
      { slug: "other", uuid: "uuid-other", administrator: false },
    ]);
    expect(asked()).toEqual(["/user/workspaces?pagelen=100", "/user/workspaces?page=2"]);
  });

  test("have their name in /workspaces/{slug}, else their slug stands for it", async () => {
    const { api, asked } = apiWith([
      { body: { uuid: "{u}", slug: "acme", name: "Acme Corp" } },
      { body: { uuid: "{u}", slug: "acme" } },
      { body: { slug: "acme" } },
    ]);
    expect(await getWorkspace(api, "acme")).toEqual({ slug: "acme", uuid: "u", name: "Acme Corp" });
    expect(await getWorkspace(api, "acme")).toMatchObject({ name: "acme" });
    await expect(getWorkspace(api, "acme")).rejects.toMatchObject({ code: "bitbucket.malformed_answer" });
    expect(asked()[0]).toBe("/workspaces/acme");
  });
});

describe("repositories", () => {
  const repository = {
    type: "repository",
    uuid: "{r-1}",
    full_name: "acme/checkout-api",
    slug: "checkout-api",
    name: "Checkout API",
    description: "",
    is_private: true,
    mainbranch: { name: "main", type: "branch" },
    updated_on: "2026-11-01T10:00:00.000000+00:00",
    parent: null,
  };
  const expected = {
    uuid: "r-1",
    workspaceSlug: "acme",
    slug: "checkout-api",
    fullName: "acme/checkout-api",
    name: "Checkout API",
    mainBranch: "main",
    isPrivate: true,
    description: null,
    updatedOn: "2026-11-01T10:00:00.000000+00:00",
  };

  test("come page by page, the last changed first, and can be searched", async () => {
    const next = `${root}/repositories/%7Bw%7D?page=2`;
    const { api, asked } = apiWith([
      { body: { values: [repository], next } },
      { body: { values: [] } },
      { body: { values: [] } },
    ]);
    const first = await repositoryPage(api, "acme", { query: 'check"out\\ ' });
    expect(first).toEqual({ repositories: [expected], next });
    expect(await repositoryPage(api, "acme", { page: next })).toEqual({ repositories: [], next: null });
    await repositoryPage(api, "acme", { query: ' "" ' });
    const [searched, followed, all] = asked();
    const query = new URL(root + searched).searchParams;
    expect(query.get("q")).toBe('name ~ "checkout" OR slug ~ "checkout"');
    expect(query.get("sort")).toBe("-updated_on");
    expect(followed).toBe("/repositories/%7Bw%7D?page=2");
    expect(all).not.toContain("q=");
  });

  test("are read one at a time too; an empty one has no main branch", async () => {
    const { api } = apiWith([{ body: repository }, { body: { ...repository, mainbranch: null } }, notFound]);
    expect(await getRepository(api, "acme", "checkout-api")).toEqual(expected);
    expect(await getRepository(api, "acme", "checkout-api")).toMatchObject({ mainBranch: null });
    await expect(getRepository(api, "acme", "checkout-api")).rejects.toMatchObject({
      code: "bitbucket.not_found",
    });
  });

  test("cannot be asked for under a name that leads elsewhere", async () => {
    const { api, asked } = apiWith([{ body: repository }]);
    await expect(getRepository(api, "..", "x")).rejects.toMatchObject({ code: "bitbucket.bad_request" });
    await getRepository(api, "a/../..", "x?y#z");
    expect(asked()).toEqual(["/repositories/a%2F..%2F../x%3Fy%23z"]);
  });
});

describe("commits", () => {
  test("come page by page with author, parents and message as git has them", async () => {
    const next = `${root}/repositories/acme/x/commits?page=opaque`;
    const commit = {
      hash,
      date: "2026-11-01T10:00:00+00:00",
      author: { type: "author", raw: "Ada <ada@example.com>", user: { uuid: "{ada}" } },
      message: "Fix rounding\n\nReally.\n",
      parents: [{ hash: "b".repeat(40) }],
    };
    const stranger = { ...commit, author: { raw: "Bob <b@example.com>" }, parents: [] };
    const { api, asked } = apiWith([
      { body: { values: [commit, stranger], next } },
      { body: { values: [] } },
    ]);
    const place = { workspace: "acme", slug: "x", include: hash, exclude: ["c1", "c2"] };
    const page = await commitPage(api, place);
    expect(page.next).toBe(next);
    expect(page.commits).toEqual([
      {
        hash,
        date: new Date("2026-11-01T10:00:00Z"),
        authorRaw: "Ada <ada@example.com>",
        authorSubject: "ada",
        message: "Fix rounding\n\nReally.\n",
        parents: ["b".repeat(40)],
      },
      expect.objectContaining({ authorSubject: null, parents: [] }),
    ]);
    await commitPage(api, { ...place, page: next });
    expect(asked()).toEqual([
      `/repositories/acme/x/commits?pagelen=100&include=${hash}&exclude=c1&exclude=c2`,
      "/repositories/acme/x/commits?page=opaque",
    ]);
  });

  test("S23: the counts of each file come from diffstat, over all pages, with null sides and odd names", async () => {
    const row = (status: string, old: string | null, now: string | null, added: number, removed: number) => ({
      type: "diffstat",
      status,
      lines_added: added,
      lines_removed: removed,
      old: old === null ? null : { path: old, type: "commit_file", escaped_path: encodeURI(old) },
      new: now === null ? null : { path: now, type: "commit_file", escaped_path: encodeURI(now) },
    });
    const first = [row("modified", "a.ts", "a.ts", 1, 2), row("added", null, 'od"d\tné.md', 3, 0)];
    const second = [
      row("removed", "gone", null, 0, 4),
      row("renamed", "old", " ", 0, 0),
      row("merge conflict", "c", "c", 1, 1),
      row("local deleted", "c", null, 0, 1),
    ];
    const { api, asked } = apiWith([
      { body: { values: first, pagelen: 2, next: `${root}/d?page=2` } },
      { body: { values: second } },
    ]);
    const changes = await diffstat(api, { workspace: "acme", slug: "x", hash });
    expect(changes).toEqual([
      { status: "modified", oldPath: "a.ts", newPath: "a.ts", linesAdded: 1, linesRemoved: 2 },
      { status: "added", oldPath: null, newPath: 'od"d\tné.md', linesAdded: 3, linesRemoved: 0 },
      { status: "removed", oldPath: "gone", newPath: null, linesAdded: 0, linesRemoved: 4 },
      { status: "renamed", oldPath: "old", newPath: " ", linesAdded: 0, linesRemoved: 0 },
      { status: "modified", oldPath: "c", newPath: "c", linesAdded: 1, linesRemoved: 1 },
      { status: "removed", oldPath: "c", newPath: null, linesAdded: 0, linesRemoved: 1 },
    ]);
    expect(asked()[0]).toBe(`/repositories/acme/x/diffstat/${hash}?pagelen=5000`);
  });
});

describe("a branch", () => {
  const place = { workspace: "acme", slug: "x" };

  test("is resolved to the hash it points to", async () => {
    const { api, asked } = apiWith([{ body: { name: "main", target: { hash } } }]);
    expect(await resolveBranch(api, { ...place, branch: "main" })).toBe(hash);
    expect(asked()).toEqual(["/repositories/acme/x/refs/branches/main"]);
  });

  test("with a slash in its name is looked up in the list when its path is not found", async () => {
    const list = {
      values: [
        { name: "feature/x-2", target: { hash: "0" } },
        { name: "feature/x", target: { hash } },
      ],
    };
    const { api, asked } = apiWith([notFound, { body: list }]);
    expect(await resolveBranch(api, { ...place, branch: "feature/x" })).toBe(hash);
    expect(asked()[0]).toBe("/repositories/acme/x/refs/branches/feature%2Fx");
    expect(new URL(root + asked()[1]).searchParams.get("q")).toBe('name = "feature/x"');
  });

  test("that is not there is not found", async () => {
    await expect(resolveBranch(apiWith([notFound]).api, { ...place, branch: "nope" })).rejects.toMatchObject({
      code: "bitbucket.not_found",
    });
    await expect(
      resolveBranch(apiWith([notFound, { body: {} }]).api, { ...place, branch: "no/pe" }),
    ).rejects.toMatchObject({ code: "bitbucket.not_found" });
  });
});

test("a list whose next leads to another server or round in a circle ends with a failure", async () => {
  const elsewhere = apiWith([{ body: { values: [], next: "https://evil.example/" } }]);
  await expect(listWorkspaces(elsewhere.api)).rejects.toMatchObject({ code: "bitbucket.foreign_page" });
  const circle = apiWith([{ body: { values: [], next: `${root}/user/workspaces` } }]);
  await expect(listWorkspaces(circle.api)).rejects.toMatchObject({ code: "bitbucket.malformed_answer" });
});

test("whatever JSON is answered, every reader gives a value or a failure of the catalogue", async () => {
  const commits = { workspace: "w", slug: "s", include: "main" };
  const readers = [
    currentUser,
    currentEmails,
    listWorkspaces,
    (api: Parameters<typeof currentUser>[0]) => getWorkspace(api, "w"),
    (api: Parameters<typeof currentUser>[0]) => repositoryPage(api, "w"),
    (api: Parameters<typeof currentUser>[0]) => getRepository(api, "w", "s"),
    (api: Parameters<typeof currentUser>[0]) => commitPage(api, commits),
    (api: Parameters<typeof currentUser>[0]) => diffstat(api, { ...commits, hash }),
    (api: Parameters<typeof currentUser>[0]) => resolveBranch(api, { ...commits, branch: "a/b" }),
  ];
  const keys = [
    "uuid",
    "slug",
    "workspace",
    "full_name",
    "hash",
    "date",
    "parents",
    "old",
    "new",
    "path",
    "next",
  ];
  const inner = fc.dictionary(
    fc.constantFrom(...keys, "email", "author", "target", "__proto__"),
    fc.jsonValue(),
  );
  const body = fc.oneof(
    fc.jsonValue(),
    inner,
    fc.record({ values: fc.array(fc.oneof(inner, fc.jsonValue())) }),
  );
  await fc.assert(
    fc.asyncProperty(body, fc.nat(readers.length - 1), async (answer, index) => {
      const { api } = apiWith([{ headers: { "content-type": "application/json" }, body: answer }]);
      try {
        await readers[index]?.(api);
      } catch (error) {
        if (!isWindlassError(error)) throw error;
      }
    }),
    { numRuns: 300 },
  );
});
