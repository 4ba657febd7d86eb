import { expect, test } from "vitest";
import { failureOf } from "../../../tests/failure.ts";
import { eachCommit } from "./each-commit.ts";
import type { CommitPage, HostCommit } from "./host.ts";

const place = { workspace: "acme", slug: "shop" };
const commit = (hash: string): HostCommit => ({
  hash,
  date: new Date(0),
  authorRaw: "",
  authorSubject: null,
  message: "",
  parents: [],
});

/** A host whose pages are named by numbers from 1; the first has no name. */
function hostOf(pages: Readonly<Record<number, readonly [hashes: string, next: string | null]>>) {
  const asked: string[] = [];
  const commitPage = async (_: unknown, { page = "0" }: { readonly page?: string | undefined }) => {
    asked.push(page);
    const answer = pages[Number(page)];
    if (answer === undefined) throw new Error(`no page ${page}`);
    const [hashes, next] = answer;
    return { commits: [...hashes].map(commit), next } satisfies CommitPage;
  };
  return { host: { commitPage }, asked };
}

async function hashesOf(host: Parameters<typeof eachCommit>[0], most = Number.POSITIVE_INFINITY) {
  const hashes: string[] = [];
  for await (const { hash } of eachCommit(host, place, { include: "main" })) {
    hashes.push(hash);
    if (hashes.length === most) break;
  }
  return hashes.join("");
}

test("commits come in order over all pages, empty ones too", async () => {
  const { host, asked } = hostOf({ 0: ["ab", "1"], 1: ["", "2"], 2: ["c", null] });
  expect(await hashesOf(host)).toBe("abc");
  expect(asked).toEqual(["0", "1", "2"]);
});

test("the next page is asked for before the current one is handed out, and no further one", async () => {
  const { host, asked } = hostOf({ 0: ["ab", "1"], 1: ["cd", "2"], 2: ["e", null] });
  const commits = eachCommit(host, place, { include: "main" });
  await commits.next();
  expect(asked).toEqual(["0", "1"]);
  await commits.return();
  expect(asked).toEqual(["0", "1"]);
});

test("who stops early hears nothing of a page that fails meanwhile", async () => {
  const { host } = hostOf({ 0: ["ab", "7"] });
  expect(await hashesOf(host, 1)).toBe("a");
});

test("a page that fails is told of after the commits before it", async () => {
  const { host } = hostOf({ 0: ["ab", "7"] });
  const commits = eachCommit(host, place, { include: "main" });
  expect((await commits.next()).value?.hash).toBe("a");
  expect((await commits.next()).value?.hash).toBe("b");
  await expect(commits.next()).rejects.toThrow("no page 7");
});

test.each([
  { 0: ["a", "1"], 1: ["b", "1"] },
  { 0: ["a", "1"], 1: ["b", "2"], 2: ["c", "3"], 3: ["d", "1"] },
] as const)("pages that go round in a circle end, without every page being remembered", async (pages) => {
  const { host, asked } = hostOf(pages);
  expect(await failureOf(hashesOf(host))).toMatchObject({ code: "bitbucket.malformed_answer" });
  expect(asked.length).toBeLessThan(15);
});
