import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildNastyHistory } from "../histories/nasty.ts";
import { type Running, startWindlass } from "../run-windlass.ts";
import { newVisitor, type Seen } from "./visitor.ts";

interface DemoLine {
  readonly server: string;
  readonly control: string;
  readonly trace: string;
}

interface Result {
  readonly state: string;
  readonly repositories: readonly { readonly fullName: string }[];
  readonly commits: readonly { readonly hash: string; readonly files: readonly ResultFile[] }[];
}

interface ResultFile {
  readonly oldPath: string | null;
  readonly newPath: string | null;
  readonly linesAdded: number;
  readonly linesRemoved: number;
}

let folder: string;
let demo: Running<DemoLine>;
const person = newVisitor();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "windlass-story-"));
  await buildNastyHistory(join(folder, "nasty"), { now: new Date() });
  const ports = ["--port", "0", "--emulator-port", "0"];
  demo = await startWindlass<DemoLine>([
    "demo",
    "--json",
    ...ports,
    "--auto-approve",
    "johndoe",
    "--repo",
    join(folder, "nasty"),
  ]);
});

afterAll(async () => {
  await demo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const control = (path: string, body: object) =>
  fetch(`${demo.line.control}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** What the emulator was asked for at its token endpoint. */
async function refreshes(): Promise<number> {
  const answer = await fetch(`${demo.line.control}/requests`);
  const { requests } = (await answer.json()) as { requests: { grant: string | null }[] }; // documented in docs/emulator.md
  return requests.filter(({ grant }) => grant === "refresh_token").length;
}

const finished = (page: Seen) => until(page, "done", "failed");

async function until(page: Seen, ...states: readonly string[]): Promise<Result> {
  const id = page.url.pathname.split("/").at(-1);
  for (let tries = 0; tries < 200; tries += 1) {
    const { html } = await person.open(`${demo.line.server}/api/v1/analyses/${id}`);
    const result = JSON.parse(html) as Result; // what this route answers, described by its own tests
    if (states.includes(result.state)) return result;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the analysis is not ${states.join(" or ")}`);
}

describe("the connection page", () => {
  let project: Seen;
  let repositories: Seen;

  test("S5: the way in is Project → Code repos → Connect repository → Bitbucket → OAuth", async () => {
    const start = await person.open(`${demo.line.server}/auth/bitbucket/login`);
    expect(start.url.href).toBe(`${demo.line.server}/`);
    project = await person.submit(start, "/projects", [["name", "Shop"]]);
    expect(project.html).toContain("Code repos");
    const choose = await person.open(`${project.url.origin}${project.url.pathname}/connect`);
    expect(choose.html).toContain("Connect Bitbucket via OAuth");
  });

  test("S6, S7: exactly two permissions are asked, each with its reason, and the person comes back", async () => {
    const permissions = await person.open(`${project.url.origin}${project.url.pathname}/connect/bitbucket`);
    expect(permissions.html).toMatch(/file contents, commits and branches/i);
    expect(permissions.html).toMatch(/workspace/i);
    repositories = await person.submit(permissions, permissions.url.pathname);
    const authorize = repositories.trail.find(({ pathname }) => pathname === "/site/oauth2/authorize");
    expect(authorize?.searchParams.get("scope")?.split(" ").sort()).toEqual(["account", "repository"]);
    expect(repositories.url.pathname).toMatch(/\/connections\/[^/]+\/repositories$/);
  });

  test("S10: the workspace is filled in by itself", () => {
    expect(repositories.html).toContain("acme");
    expect(repositories.html).toContain("found in your account");
  });

  test("S11, S22: a misspelt repository is named with its line and the nearest one suggested", async () => {
    const typed = "acme/nasty\r\n\r\nacme/chekout-api\r\n";
    const refused = await person.submit(repositories, repositories.url.pathname, [
      ["text", typed],
      ["lookbackDays", "30"],
      ["do", "save"],
    ]);
    expect(refused.status).toBe(400);
    expect(refused.html).toMatch(/did you mean/i);
    expect(refused.html).toContain("acme/checkout-api");
    expect(refused.html).toContain("acme/chekout-api");
  });

  test("S12, S13, S23: a saved connection is analysed, and the counts equal git's", async () => {
    const saved = await person.submit(repositories, repositories.url.pathname, [
      ["text", "acme/nasty\nacme/checkout-api/\nhttps://bitbucket.org/acme/nasty"],
      ["lookbackDays", "3650"],
      ["do", "save"],
    ]);
    expect(saved.url.pathname).toBe(project.url.pathname);
    const run = await person.submit(saved, `${connectionPath()}/analyses`, [
      ["errorText", readFileSync(demo.line.trace, "utf8")],
      ["lookbackDays", "3650"],
    ]);
    const result = await finished(run);
    expect(result.state).toBe("done");
    const expected = countsByGit(join(folder, "nasty"));
    expect(expected.size).toBeGreaterThan(30);
    const ours = new Map(result.commits.map(({ hash, files }) => [hash, files]));
    for (const [hash, counts] of expected) {
      const files = ours.get(hash) ?? [];
      expect([
        hash,
        files.map(({ linesAdded, linesRemoved }) => `${linesAdded} ${linesRemoved}`).sort(),
      ]).toEqual([hash, counts.sort()]);
    }
    const page = await person.open(run.url);
    expect(page.html).toContain("discount.ts");
  });

  test("S3, S9: one minute before the token ends, one refresh is made, without the person", async () => {
    const before = await refreshes();
    await control("clock", { advanceSeconds: 7200 - 60 });
    expect((await runAgain()).state).toBe("done");
    expect((await refreshes()) - before).toBe(1);
  });

  test("S18, S20: access revoked at Bitbucket shows a card with Reconnect, and reconnecting mends it", async () => {
    await control("revoke", { username: "johndoe" });
    const page = await person.open(project.url);
    const run = await person.submit(page, `${connectionPath()}/analyses`, [["lookbackDays", "30"]]);
    // What Bitbucket says leaves it open for some minutes whether it is the person or a lock-out.
    expect((await until(run, "waiting")).state).toBe("waiting");
    expect((await person.open(run.url)).html).toContain("once more in a few minutes");
    await control("clock", { advanceSeconds: 400 });
    expect((await finished(run)).state).toBe("failed");
    const failed = await person.open(run.url);
    expect(failed.html).toContain("Reconnect");
    expect(failed.html).toContain("no longer accepts");
    const connectionId = connectionPath().split("/").at(-1) ?? "";
    const back = await person.submit(failed, `${project.url.pathname}/connect/bitbucket`, [
      ["connection", connectionId],
    ]);
    expect(back.url.pathname).toBe(`${connectionPath()}/repositories`);
    expect((await runAgain()).state).toBe("done");
  });

  const connectionPath = () => repositories.url.pathname.replace(/\/repositories$/, "");

  async function runAgain(): Promise<Result> {
    const page = await person.open(project.url);
    return finished(await person.submit(page, `${connectionPath()}/analyses`, [["lookbackDays", "3650"]]));
  }
});

test("what the demo kept is gone when it ends", async () => {
  const place = join(demo.line.trace, "..");
  expect(readdirSync(place)).toContain("windlass.db");
  expect(await demo.stop()).toBe(0);
  expect(() => readdirSync(place)).toThrow();
});

/** `git diff-tree --numstat -M` of every commit against its first parent; `-` of binary files as Bitbucket's 0. */
function countsByGit(repository: string): Map<string, string[]> {
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", repository, ...args], { encoding: "latin1", maxBuffer: 1 << 28 });
  const commits = git("rev-list", "--parents", "HEAD")
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  return new Map(
    commits.map(([hash = "", parent]) => {
      const range = parent === undefined ? ["--root", hash] : [parent, hash];
      const lines = git("diff-tree", "-r", "-M", "--numstat", "--no-commit-id", ...range)
        .split("\n")
        .filter(Boolean);
      return [hash, lines.map((line) => line.split("\t").slice(0, 2).join(" ").replaceAll("-", "0"))];
    }),
  );
}
