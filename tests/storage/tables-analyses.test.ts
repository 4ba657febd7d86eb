import { expect, test } from "vitest";
import type { Executor } from "../../src/storage/database.ts";
import {
  findAnalysis,
  insertAnalysis,
  listAnalyses,
  listUnfinishedAnalyses,
  updateAnalysis,
} from "../../src/storage/tables/analyses.ts";
import {
  copyAnalysisCommits,
  countAnalysisCommits,
  countCommitsPerDay,
  deleteAnalysisCommits,
  listAnalysisCommits,
  listCommitsNaming,
  listUncounted,
  prepareInsertAnalysisCommits,
  sumAnalysis,
} from "../../src/storage/tables/analysis-commits.ts";
import {
  insertAnalysisRepositories,
  listAnalysisRepositories,
  updateAnalysisRepository,
} from "../../src/storage/tables/analysis-repositories.ts";
import { addCalls, deleteCallsBefore, listCalls } from "../../src/storage/tables/call-counts.ts";
import { listCommitFiles, prepareInsertCommitFiles } from "../../src/storage/tables/commit-files.ts";
import {
  findCommitDate,
  findKnownCommits,
  markCounted,
  prepareInsertCommits,
} from "../../src/storage/tables/commits.ts";
import { findKnownWalk, saveWalk } from "../../src/storage/tables/walks.ts";
import { describeEngines } from "./engines.ts";
import { addConnection, analysis, analysisRepository, commit, later, now } from "./rows.ts";

const place = { analysisId: "ana_1", repositoryKey: "r-1" };

/** So many commits, an hour apart, all of them found by the analysis. */
async function addCommits(kysely: Executor, count: number): Promise<readonly number[]> {
  await addConnection(kysely);
  await insertAnalysis(kysely, analysis);
  await insertAnalysisRepositories(kysely, [analysisRepository]);
  const rows = Array.from({ length: count }, (_, index) => commit(index));
  await prepareInsertCommits(kysely)(kysely, rows);
  const known = await findKnownCommits(
    kysely,
    "r-1",
    rows.map(({ hash }) => hash),
  );
  const numbers = rows.map(({ hash }) => known.get(hash)?.number ?? -1);
  const listed = numbers.map((number, position) => ({
    analysis_id: "ana_1",
    repository_key: "r-1",
    position,
    commit_number: number,
  }));
  await prepareInsertAnalysisCommits(kysely)(kysely, listed);
  return numbers;
}

const file = { position: 0, status: "modified", old_path: null, lines_added: 1, lines_removed: 2 };

describeEngines("analyses", (open) => {
  test("an analysis is listed with what its repositories found, as numbers", async () => {
    const { kysely } = (await open()).database;
    await addConnection(kysely);
    await insertAnalysis(kysely, analysis);
    await insertAnalysis(kysely, { ...analysis, id: "ana_2", state: "done", created_at: later(1) });
    await insertAnalysisRepositories(kysely, [
      { ...analysisRepository, commits_found: 3, commits_counted: 2 },
      { ...analysisRepository, repository_id: "rep_2", full_name: "acme/a", commits_found: 4 },
    ]);
    const [second, first] = await listAnalyses(kysely, "prj_1");
    expect(second).toMatchObject({ id: "ana_2", commits_found: 0, commits_counted: 0 });
    expect(first).toEqual({ ...analysis, commits_found: 7, commits_counted: 2 });
    expect((await listUnfinishedAnalyses(kysely)).map(({ id }) => id)).toEqual(["ana_1"]);
    await updateAnalysis(kysely, "ana_1", { state: "done", calls: 12 });
    expect(await findAnalysis(kysely, "ana_1")).toEqual({ ...analysis, state: "done", calls: 12 });
    await updateAnalysisRepository(kysely, analysisRepository, { phase: "done", next_page: "2" });
    const names = await listAnalysisRepositories(kysely, "ana_1");
    expect(names.map(({ full_name, phase }) => [full_name, phase])).toEqual([
      ["acme/a", "queued"],
      ["acme/shop", "done"],
    ]);
  });

  test("more commits than one load are written once, numbered as they came", async () => {
    const { kysely } = (await open()).database;
    const numbers = await addCommits(kysely, 123);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(new Set(numbers).size).toBe(123);
    await prepareInsertCommits(kysely)(kysely, [commit(5, { message: "another" }), commit(500)]);
    const known = await findKnownCommits(kysely, "r-1", ["hash-5", "hash-500", "none"]);
    expect(known.get("hash-5")).toEqual({ hash: "hash-5", number: numbers[5], counted: 0 });
    expect([...known.keys()].sort()).toEqual(["hash-5", "hash-500"]);
    expect(await findCommitDate(kysely, "r-1", "hash-5")).toBe(commit(5).date);
    expect(await findCommitDate(kysely, "r-2", "hash-5")).toBeUndefined();
    expect(await countAnalysisCommits(kysely, place)).toEqual({ found: 123, counted: 0, lastPosition: 122 });
  });

  test("what is not counted is listed behind a position; sums and days are numbers", async () => {
    const { kysely } = (await open()).database;
    const numbers = await addCommits(kysely, 30);
    const files = numbers
      .slice(0, 10)
      .map((commit_number, index) => ({ ...file, commit_number, new_path: `src/file${index}.ts` }));
    await prepareInsertCommitFiles(kysely)(kysely, files);
    await prepareInsertCommitFiles(kysely)(kysely, files);
    await markCounted(kysely, numbers.slice(0, 10));
    await markCounted(kysely, []);
    expect(await listUncounted(kysely, { ...place, afterPosition: 10, limit: 2 })).toEqual([
      { number: numbers[11], hash: "hash-11", position: 11 },
      { number: numbers[12], hash: "hash-12", position: 12 },
    ]);
    expect(await countAnalysisCommits(kysely, place)).toMatchObject({ found: 30, counted: 10 });
    expect(await sumAnalysis(kysely, "ana_1")).toEqual({ files: 10, linesAdded: 10, linesRemoved: 20 });
    expect(await sumAnalysis(kysely, "none")).toEqual({ files: 0, linesAdded: 0, linesRemoved: 0 });
    expect(await countCommitsPerDay(kysely, "ana_1")).toEqual([
      { day: "2026-11-19", commits: 21 },
      { day: "2026-11-20", commits: 9 },
    ]);
    expect(await listCommitFiles(kysely, numbers.slice(3, 5))).toEqual(files.slice(3, 5));
    const page = await listAnalysisCommits(kysely, { analysisId: "ana_1", limit: 3, offset: 9 });
    expect(page.map(({ hash, counted }) => [hash, counted])).toEqual([
      ["hash-9", 1],
      ["hash-10", 0],
      ["hash-11", 0],
    ]);
  });

  test("commits that touch a file of a name are found by its exact ending, case and signs included", async () => {
    const { kysely } = (await open()).database;
    const numbers = await addCommits(kysely, 7);
    const paths = [
      "src/Cart.ts",
      "Cart.ts",
      "src/cart.ts",
      "src/MyCart.ts",
      "a/100%_é🦊.ts",
      "a/100xx.ts",
      "s",
    ];
    const files = numbers.map((commit_number, index) => ({
      ...file,
      commit_number,
      new_path: paths[index] ?? "",
    }));
    await prepareInsertCommitFiles(kysely)(kysely, files);
    const naming = async (...fileNames: string[]) =>
      (await listCommitsNaming(kysely, { ...place, afterPosition: -1, limit: 10, fileNames })).map(
        ({ position }) => position,
      );
    expect(await naming("Cart.ts")).toEqual([0, 1]);
    expect(await naming("100%_é🦊.ts")).toEqual([4]);
    expect(await naming("cart.ts", "Cart.ts")).toEqual([0, 1, 2]);
    expect(await naming("none")).toEqual([]);
  });

  test("a list is copied behind another, as far as it lies in the window, and forgotten", async () => {
    const { kysely } = (await open()).database;
    await addCommits(kysely, 5);
    await insertAnalysis(kysely, { ...analysis, id: "ana_2" });
    const to = { ...place, analysisId: "ana_2" };
    await copyAnalysisCommits(kysely, to, {
      analysisId: "ana_1",
      windowStart: commit(2).date,
      afterPosition: 9,
    });
    expect(await countAnalysisCommits(kysely, to)).toEqual({ found: 3, counted: 0, lastPosition: 12 });
    await deleteAnalysisCommits(kysely, to);
    expect(await countAnalysisCommits(kysely, to)).toEqual({ found: 0, counted: 0, lastPosition: -1 });
  });

  test("a walk reaches as far back as the longer one did, whichever came last, also at once", async () => {
    const { database, beside } = await open();
    const { kysely } = database;
    await addConnection(kysely);
    await insertAnalysis(kysely, analysis);
    await insertAnalysisRepositories(kysely, [{ ...analysisRepository, phase: "done", head_hash: "h" }]);
    const handles = [database, await beside(), await beside()];
    const since = (index: number) => later(-60 * 24 * (20 + ((index * 7) % 13)));
    await Promise.all(
      Array.from({ length: 13 }, (_, index) =>
        saveWalk((handles[index % 3] ?? database).kysely, {
          repository_key: "r-1",
          head_hash: "h",
          since: since(index),
          completed_at: now,
        }),
      ),
    );
    const known = { analysisId: "ana_1", headHash: "h" };
    expect(await findKnownWalk(kysely, "r-1", later(-60 * 24 * 32))).toBeUndefined();
    await saveWalk(kysely, { repository_key: "r-1", head_hash: "h", since: later(0), completed_at: now });
    expect(await findKnownWalk(kysely, "r-1", analysis.window_start)).toEqual(known);
    expect(await findKnownWalk(kysely, "r-2", now)).toBeUndefined();
  });

  test("calls of one minute add up, whoever counts them, and old minutes are forgotten", async () => {
    const { database, beside } = await open();
    const handles = [database, await beside(), await beside()];
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        addCalls((handles[index % 3] ?? database).kysely, { consumer: "a", minute: now, calls: index }),
      ),
    );
    const { kysely } = database;
    await addCalls(kysely, { consumer: "a", minute: later(1), calls: 2 });
    expect(await listCalls(kysely, "a", now)).toEqual([
      { consumer: "a", minute: now, calls: 435 },
      { consumer: "a", minute: later(1), calls: 2 },
    ]);
    await deleteCallsBefore(kysely, later(1));
    expect(await listCalls(kysely, "a", now)).toHaveLength(1);
    expect(await listCalls(kysely, "b", now)).toEqual([]);
  });
});
