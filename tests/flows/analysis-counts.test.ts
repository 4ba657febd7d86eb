/** Counts of whole histories against git's own. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildDemoRepository } from "../../src/emulator/demo/demo-repository.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { buildLargeHistory } from "../histories/large.ts";
import { buildNastyHistory } from "../histories/nasty.ts";
import { analyse, openWorkshop, readResult, type Workshop } from "./analysis-workshop.ts";

const checkout = fileURLToPath(new URL("../../", import.meta.url));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let workshop: Workshop;
let connectionId: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  const paths = ["nasty", "large", "demo"].map((name) => join(folder.path, name));
  const [nasty = "", large = "", demo = ""] = paths;
  const until = new Date();
  await buildNastyHistory(nasty, { now: until });
  await buildLargeHistory(large, { commits: 230, now: until });
  await buildDemoRepository(demo, until);
  workshop = await openWorkshop({
    emulator: {
      repositories: [nasty, large, demo, checkout].map((path, index) => ({
        path,
        workspace: "acme",
        slug: slugs[index] ?? "",
      })),
    },
  });
  connectionId = (await workshop.connect()).id;
}, 120_000);

const slugs = ["nasty", "large", "demo", "windlass"];

afterAll(async () => {
  await workshop?.close();
  await folder?.remove();
});

/** Not in one breath: a process that stands still for seconds loses its idle connections. */
function git(repository: string, ...args: string[]): Promise<string> {
  return promisify(execFile)("git", ["-C", repository, ...args], {
    encoding: "latin1",
    maxBuffer: 2 ** 30,
  }).then(({ stdout }) => stdout);
}

/** What git says of each commit against its first parent: `added removed path` a file, renames by their new path. */
async function numstats(repository: string, since: string): Promise<Map<string, string[]>> {
  const commits = await git(repository, "rev-list", "--parents", since, "HEAD");
  const files = new Map<string, string[]>();
  for (const line of commits.trim().split("\n")) {
    const [hash = "", parent] = line.split(" ");
    const range = parent === undefined ? [hash] : [parent, hash];
    const tree = await git(
      repository,
      "diff-tree",
      "-r",
      "--root",
      "--numstat",
      "-M",
      "-z",
      "--no-commit-id",
      ...range,
    );
    files.set(hash, readNumstat(tree));
  }
  return files;
}

function readNumstat(text: string): string[] {
  const fields = text.split("\0");
  const lines: string[] = [];
  while (fields.length > 1) {
    const [added = "", removed = "", ...path] = (fields.shift() ?? "").split("\t");
    const [, renamed] = path.join("\t") === "" ? fields.splice(0, 2) : [];
    const name = readable(renamed ?? path.join("\t"));
    lines.push(`${added.replace("-", "0")} ${removed.replace("-", "0")} ${name}`);
  }
  return lines.sort();
}

/** JSON holds text only, so a name that is no UTF-8 comes with replacement characters. */
function readable(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString("utf8");
}

test.each(slugs)(
  "S23: every commit of the history %s has git's own counts",
  async (slug) => {
    const { rooms, project, emulator } = workshop;
    const analysis = await analyse(rooms, {
      projectId: project.id,
      connectionId,
      repositories: `acme/${slug}`,
    });
    expect(analysis.failure).toBeNull();
    expect(analysis.state).toBe("done");
    const result = await readResult(rooms, analysis.id);
    const path = emulator.repositories.find(({ fullName }) => fullName === `acme/${slug}`)?.path ?? "";
    const truth = await numstats(path, `--since=${new Date(analysis.windowStart).toISOString()}`);
    expect(result.commits.map(({ hash }) => hash).sort()).toEqual([...truth.keys()].sort());
    for (const { hash, files } of result.commits) {
      const counted = (files ?? []).map(
        ({ linesAdded, linesRemoved, newPath, oldPath }) =>
          `${linesAdded} ${linesRemoved} ${newPath ?? oldPath}`,
      );
      expect({ hash, files: counted.sort() }).toEqual({ hash, files: truth.get(hash) });
    }
    const dates = result.commits.map(({ date }) => String(date));
    expect(dates).toEqual([...dates].sort().reverse());
  },
  120_000,
);
