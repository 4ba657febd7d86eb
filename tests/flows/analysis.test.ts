/** Runs of analyses: what they find, what they ask for, and how they get over trouble. */
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { buildDemoRepository, culpritSubject, demoTrace } from "../../src/emulator/demo/demo-repository.ts";
import { writeHistory } from "../../src/emulator/demo/write-history.ts";
import { failureOf } from "../bitbucket/recorded.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { buildLargeHistory } from "../histories/large.ts";
import { extend, moveMain, revisions } from "../histories/push.ts";
import {
  analyse,
  openRooms,
  openWorkshop,
  readResult,
  type Workshop,
  type WorkshopOptions,
} from "./analysis-workshop.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const opened: Workshop[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterEach(async () => {
  for (const workshop of opened.splice(0)) await workshop.close();
});

afterAll(() => folder.remove());

let made = 0;

/** A workshop with one repository, `acme/shop`, already chosen. */
async function open(
  write: (path: string) => Promise<void>,
  options: WorkshopOptions = {},
): Promise<Workshop & { connectionId: string; path: string }> {
  made += 1;
  const path = join(folder.path, `repository-${made}`);
  await write(path);
  const workshop = await openWorkshop(options);
  opened.push(workshop);
  await workshop.emulator.addRepository({ path, workspace: "acme", slug: "shop" });
  const { id } = await workshop.connect();
  await workshop.rooms.connections.saveRepositories(id, { text: "acme/shop", picked: [], lookbackDays: 30 });
  return { ...workshop, connectionId: id, path };
}

const large = (commits: number) => (path: string) => buildLargeHistory(path, { commits, now: new Date() });
const demo = (path: string) => buildDemoRepository(path, new Date());

const day = 86_400_000;

/** Commits so many days ago, oldest first, each adding a line to its own file. */
function daysAgo(...ages: number[]) {
  return (path: string) =>
    writeHistory(path, {
      commits: ages.map((age, index) => ({
        author: "Ada <ada@example.com>",
        date: new Date(Date.now() - age * day),
        message: `commit ${index}\n`,
        edits: [{ write: `file-${index}.txt`, content: "one\n" }],
      })),
    });
}

function calls({ emulator }: Workshop): { path: string; status: number }[] {
  return emulator.control
    .requests()
    .filter(({ origin, path }) => origin === "api" && path.includes("/repositories/"));
}

test("S13: a run with the seeded trace names the culprit first, with its reason", async () => {
  const { rooms, project, connectionId } = await open(demo);
  const analysis = await analyse(rooms, {
    projectId: project.id,
    connectionId,
    lookbackDays: 30,
    errorText: demoTrace,
  });
  expect(analysis.state).toBe("done");
  expect(analysis.framesFound).toBeGreaterThan(0);
  expect(analysis.suspects[0]?.message.split("\n")[0]).toBe(culpritSubject);
  expect(analysis.suspects[0]?.reasons[0]).toMatch(
    /^changed src\/\S+, named by the \d+\w\w frame \(line \d+\)/,
  );
  expect(analysis.suspects[0]?.files.length).toBeGreaterThan(0);
  expect(analysis.commitsPerDay).toHaveLength(31);
  const perDay = analysis.commitsPerDay.reduce((sum, { commits }) => sum + commits, 0);
  expect(perDay).toBe(analysis.totals.commits);
  expect(analysis.commits.total).toBe(analysis.totals.commits);
  expect(analysis).toMatchObject({ progress: 1, failure: null, waitingUntil: null });
  const result = await readResult(rooms, analysis.id);
  expect(result.commits).toHaveLength(analysis.totals.commits);
  expect(result.suspects).toHaveLength(analysis.suspects.length);
});

test("a second run asks only for what is new: nothing new costs two calls", async () => {
  const workshop = await open(large(130));
  const { rooms, project, connectionId, path } = workshop;
  const first = await analyse(rooms, { projectId: project.id, connectionId });
  expect(first.calls).toBe(calls(workshop).length - 1);
  expect(first.totals.commits).toBe(first.commitsCounted);

  const before = calls(workshop).length;
  const second = await analyse(rooms, { projectId: project.id, connectionId });
  expect(calls(workshop).length - before).toBe(2);
  expect(second.calls).toBe(2);
  expect(second.totals).toEqual(first.totals);
  expect(second.commits.items).toEqual(first.commits.items);

  await extend(path, [{ name: "new-1.txt" }, { name: "new-2.txt" }]);
  const third = await analyse(rooms, { projectId: project.id, connectionId });
  expect(third.calls).toBe(5);
  expect(third.totals.commits).toBe(first.totals.commits + 2);
  expect(third.commits.items[0]?.message).toBe("new-2.txt\n");
});

test("a larger lookback walks further but counts nothing twice", async () => {
  const workshop = await open(daysAgo(80, 70, 60, 20, 10));
  const { rooms, project, connectionId } = workshop;
  const order = { projectId: project.id, connectionId };
  expect((await analyse(rooms, { ...order, lookbackDays: 30 })).totals.commits).toBe(2);
  const before = calls(workshop).length;
  const wide = await analyse(rooms, { ...order, lookbackDays: 90 });
  expect(wide.totals.commits).toBe(5);
  const asked = calls(workshop)
    .slice(before)
    .filter(({ path }) => path.includes("/diffstat/"));
  expect(asked).toHaveLength(3);
  const narrow = await analyse(rooms, { ...order, lookbackDays: 30 });
  expect(narrow.totals.commits).toBe(2);
  expect(narrow.calls).toBe(2);
});

test("rewritten history is read anew, and what is no longer there is not found", async () => {
  const workshop = await open(large(40));
  const { rooms, project, connectionId, path } = workshop;
  const first = await analyse(rooms, { projectId: project.id, connectionId });
  await moveMain(path, "main~5");
  await extend(path, [{ name: "rewritten.txt" }]);
  const second = await analyse(rooms, { projectId: project.id, connectionId });
  const { commits } = await readResult(rooms, second.id);
  expect(commits.map(({ hash }) => hash).sort()).toEqual((await revisions(path)).sort());
  expect(second.totals.commits).toBeLessThan(first.totals.commits);
  expect(second.commitsCounted).toBe(second.commitsFound);
});

test("dates are not in order: only a whole page before the window ends the walk", async () => {
  const ages = Array.from({ length: 250 }, (_, index) =>
    index === 200 || index === 100 ? 400 : 1 + (250 - index) / 10,
  );
  const { rooms, project, connectionId } = await open(daysAgo(500, 3, ...ages));
  const analysis = await analyse(rooms, { projectId: project.id, connectionId, lookbackDays: 30 });
  expect(analysis.totals.commits).toBe(249);
});

test("a walk ends soon after the window, however long the history is", async () => {
  const workshop = await open(daysAgo(...Array.from({ length: 420 }, () => 200), 5, 4));
  const { rooms, project, connectionId } = workshop;
  const analysis = await analyse(rooms, { projectId: project.id, connectionId, lookbackDays: 30 });
  expect(analysis.totals.commits).toBe(2);
  expect(calls(workshop).filter(({ path }) => path.endsWith("/commits"))).toHaveLength(2);
});

test("S12: nothing in the window: the lookback that reaches the newest commit is offered, and finds it", async () => {
  const { rooms, project, connectionId } = await open(daysAgo(90, 42));
  const order = { projectId: project.id, connectionId };
  const empty = await analyse(rooms, { ...order, lookbackDays: 30 });
  expect(empty).toMatchObject({ state: "done", totals: { commits: 0, files: 0 } });
  const [repository] = empty.repositories;
  expect(repository?.fittingLookbackDays).toBe(43);
  const again = await analyse(rooms, { ...order, lookbackDays: 30 });
  expect(again.repositories[0]?.fittingLookbackDays).toBe(43);
  const found = await analyse(rooms, { ...order, lookbackDays: repository?.fittingLookbackDays ?? 1 });
  expect(found.totals.commits).toBe(1);
});

test("429 with Retry-After: the run says until when it waits, and goes on by itself", async () => {
  const { rooms, project, connectionId, emulator, clock, userId } = await open(large(30));
  emulator.control.addFault({
    path: "/*/diffstat/*",
    skip: 10,
    count: 8,
    kind: "rate-limit",
    retryAfterSeconds: 120,
  });
  const id = await rooms.analyses.start({ projectId: project.id, connectionId, startedBy: userId });
  await vi.waitFor(async () => expect((await rooms.analyses.get(id)).state).toBe("waiting"), 10_000);
  const waiting = await rooms.analyses.get(id);
  expect(waiting.failure).toMatchObject({ code: "bitbucket.rate_limited" });
  const wait = (waiting.waitingUntil?.getTime() ?? 0) - clock.now().getTime();
  expect(wait).toBeGreaterThan(110_000);
  expect(wait).toBeLessThanOrEqual(120_000);
  const asked = emulator.control.requests().length;
  clock.advance(60);
  expect(emulator.control.requests().length).toBe(asked);
  emulator.control.clearFaults();
  clock.advance(61);
  await rooms.analyses.idle();
  const done = await rooms.analyses.get(id);
  expect(done).toMatchObject({ state: "done", waitingUntil: null, failure: null });
  expect(done.commitsCounted).toBe(done.commitsFound);
});

test("429 without Retry-After: the run backs off further each time", async () => {
  const { rooms, project, connectionId, emulator, clock, userId } = await open(large(10), {
    parallelCalls: 1,
  });
  emulator.control.addFault({ path: "/*/diffstat/*", count: 3, kind: "rate-limit" });
  const id = await rooms.analyses.start({ projectId: project.id, connectionId, startedBy: userId });
  const waits: number[] = [];
  for (let pause = 0; pause < 3; pause += 1) {
    const known = waits.length;
    await vi.waitFor(async () => {
      const { state, waitingUntil } = await rooms.analyses.get(id);
      expect(state).toBe("waiting");
      const wait = (waitingUntil?.getTime() ?? 0) - clock.now().getTime();
      expect(wait).toBeGreaterThan(5_000);
      waits[known] = wait;
    }, 10_000);
    clock.advance(60);
  }
  await rooms.analyses.idle();
  expect((await rooms.analyses.get(id)).state).toBe("done");
  expect((waits[0] ?? 0) < (waits[1] ?? 0) && (waits[1] ?? 0) < (waits[2] ?? 0)).toBe(true);
});

test("429 when our own count says the hour is used up: the run waits until the oldest calls are an hour old", async () => {
  const { rooms, project, connectionId, emulator, clock, userId } = await open(large(10));
  for (let call = 0; call < 1_000; call += 1) rooms.budget.count("bitbucket");
  emulator.control.addFault({ path: "/*/commits", count: 1, kind: "rate-limit" });
  const id = await rooms.analyses.start({ projectId: project.id, connectionId, startedBy: userId });
  await vi.waitFor(async () => expect((await rooms.analyses.get(id)).state).toBe("waiting"), 10_000);
  const { waitingUntil, callsThisHour } = await rooms.analyses.get(id);
  expect(callsThisHour).toBeGreaterThanOrEqual(1_000);
  const minutes = ((waitingUntil?.getTime() ?? 0) - clock.now().getTime()) / 60_000;
  expect(minutes).toBeGreaterThan(59);
  expect(minutes).toBeLessThanOrEqual(61);
  clock.advance(61 * 60);
  await rooms.analyses.idle();
  expect((await rooms.analyses.get(id)).state).toBe("done");
});

test("a restart in the middle loses nothing and counts nothing twice", async () => {
  const path = join(folder.path, "restart.db");
  const workshop = await open(large(150), { path, parallelCalls: 3 });
  const { rooms, project, connectionId, emulator, userId } = workshop;
  emulator.control.addFault({
    path: "/*/diffstat/*",
    skip: 70,
    count: 0,
    kind: "delay",
    delayMilliseconds: 50,
  });
  const id = await rooms.analyses.start({ projectId: project.id, connectionId, startedBy: userId });
  await vi.waitFor(
    async () => expect((await rooms.analyses.get(id)).commitsCounted).toBeGreaterThan(60),
    20_000,
  );
  await rooms.close();
  const stopped = calls(workshop).filter(({ path: asked }) => asked.includes("/diffstat/")).length;
  expect(stopped).toBeLessThan(150);
  emulator.control.clearFaults();

  const restarted = await openRooms(emulator, { path });
  const between = await restarted.analyses.get(id);
  expect(between.state).toBe("running");
  expect(between.commitsCounted).toBe(stopped);
  await restarted.analyses.resume();
  await restarted.analyses.idle();
  const done = await restarted.analyses.get(id);
  expect(done).toMatchObject({ state: "done", commitsFound: done.commitsCounted });
  const asked = calls(workshop)
    .map(({ path: each }) => each)
    .filter((each) => each.includes("/diffstat/"));
  expect(asked).toHaveLength(new Set(asked).size);
  expect(asked).toHaveLength(done.commitsFound);
  expect(done.calls).toBeGreaterThan(done.commitsFound);
  await restarted.close();
});

test("a restart while waiting goes on waiting, then finishes", async () => {
  const path = join(folder.path, "waiting.db");
  const workshop = await open(large(20), { path });
  const { rooms, project, connectionId, emulator, clock, userId } = workshop;
  emulator.control.addFault({ path: "/*/commits", count: 1, kind: "rate-limit", retryAfterSeconds: 600 });
  const id = await rooms.analyses.start({ projectId: project.id, connectionId, startedBy: userId });
  await vi.waitFor(async () => expect((await rooms.analyses.get(id)).state).toBe("waiting"), 10_000);
  await rooms.close();
  const restarted = await openRooms(emulator, { path });
  const asked = emulator.control.requests().length;
  await restarted.analyses.resume();
  clock.advance(300);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(emulator.control.requests().length).toBe(asked);
  expect((await restarted.analyses.get(id)).state).toBe("waiting");
  clock.advance(301);
  await restarted.analyses.idle();
  expect((await restarted.analyses.get(id)).state).toBe("done");
  await restarted.close();
});

test("passing trouble (500, a cut connection) is waited out; a 555 leaves that one commit uncounted", async () => {
  const workshop = await open(large(20));
  const { rooms, project, connectionId, emulator, clock, userId } = workshop;
  emulator.control.addFault({ path: "/*/commits", count: 1, kind: "html", status: 502 });
  emulator.control.addFault({ path: "/*/diffstat/*", count: 1, kind: "cut" });
  emulator.control.addFault({ path: "/*/diffstat/*", count: 1, kind: "status", status: 555 });
  const id = await rooms.analyses.start({ projectId: project.id, connectionId, startedBy: userId });
  const ticking = setInterval(() => clock.advance(30), 50);
  await rooms.analyses.idle();
  clearInterval(ticking);
  const done = await rooms.analyses.get(id);
  expect(done).toMatchObject({ state: "done", failure: null, commitsCounted: done.commitsFound - 1 });
  const { commits } = await readResult(rooms, id);
  expect(commits.filter(({ files }) => files === null)).toHaveLength(1);
  const second = await analyse(rooms, { projectId: project.id, connectionId, lookbackDays: 30 });
  expect(second.commitsCounted).toBe(second.commitsFound);
  expect(second.calls).toBe(3);
});

test("S20: access revoked in the middle ends the run with the advice to authorize again", async () => {
  const { rooms, project, connectionId, emulator } = await open(large(10));
  emulator.control.revoke({ username: "johndoe" });
  const running = analyse(rooms, { projectId: project.id, connectionId });
  const latest = async () => (await rooms.analyses.list(project.id))[0];
  await expect.poll(async () => (await latest())?.state).toBe("waiting");
  expect(await latest()).toMatchObject({ failure: { code: "vault.suspect" } });
  // Bitbucket's words leave it open for some minutes.
  emulator.clock.advance(400);
  const analysis = await running;
  expect(analysis.state).toBe("failed");
  expect(analysis.failure).toMatchObject({
    reaction: "stale",
    cure: expect.stringMatching(/connect|authorize/i),
  });
  expect(analysis.repositories[0]).toMatchObject({ phase: "failed" });
});

test("S21: a missing permission is named, with what was required and granted", async () => {
  const { rooms, project, connectionId, emulator } = await open(large(10));
  const body = JSON.stringify({
    type: "error",
    error: {
      message: "Your credentials lack one or more required privilege scopes.",
      detail: { required: ["repository"], granted: ["account"] },
    },
  });
  emulator.control.addFault({ path: "/*/refs/branches/*", kind: "status", status: 403, body });
  const analysis = await analyse(rooms, { projectId: project.id, connectionId });
  expect(analysis.state).toBe("failed");
  expect(analysis.repositories[0]?.failure).toMatchObject({
    code: "bitbucket.forbidden",
    message: expect.stringContaining("repository"),
    data: { required: ["repository"], granted: ["account"] },
  });
});

test("S22: a repository that is gone fails for itself, named, and the others go on", async () => {
  const workshop = await open(large(10));
  const { rooms, project, connectionId, emulator, path } = workshop;
  await emulator.addRepository({ path, workspace: "acme", slug: "other" });
  await rooms.connections.saveRepositories(connectionId, {
    text: "acme/shop\nacme/other",
    picked: [],
    lookbackDays: 30,
  });
  emulator.control.addFault({ path: "/2.0/repositories/*", kind: "status", status: 404, count: 1 });
  const analysis = await analyse(rooms, { projectId: project.id, connectionId });
  expect(analysis.state).toBe("done");
  expect(analysis.failure).toBeNull();
  expect(analysis.repositories.map(({ phase }) => phase).sort()).toEqual(["done", "failed"]);
  const failed = analysis.repositories.find(({ phase }) => phase === "failed");
  expect(failed?.failure?.message).toContain(failed?.fullName);
  expect(failed?.failure?.message).toMatch(/typo|workspace/);
});

test("an empty repository has no commits and no offer", async () => {
  const { rooms, project, connectionId } = await open((path) => writeHistory(path, { commits: [] }));
  const analysis = await analyse(rooms, { projectId: project.id, connectionId });
  expect(analysis).toMatchObject({ state: "done", totals: { commits: 0 } });
  expect(analysis.repositories[0]).toMatchObject({ fittingLookbackDays: null, failure: null });
});

test("orders that cannot be carried out are refused at once, and the same order twice is one run", async () => {
  const { rooms, project, connectionId, userId, emulator } = await open(large(10));
  const order = { projectId: project.id, connectionId, startedBy: userId };
  const refused = async (more: object) => (await failureOf(rooms.analyses.start({ ...order, ...more }))).code;
  expect(await refused({ lookbackDays: 0 })).toBe("analyses.bad_lookback");
  expect(await refused({ errorText: "x".repeat(200_001) })).toBe("analyses.error_too_long");
  expect(await refused({ projectId: "prj_other" })).toBe("analyses.no_repositories");
  expect((await failureOf(rooms.analyses.get("ana_none"))).code).toBe("analyses.not_found");
  emulator.control.addFault({ path: "*", origin: "api", kind: "delay", delayMilliseconds: 100 });
  const first = await rooms.analyses.start(order);
  expect(await rooms.analyses.start(order)).toBe(first);
  await rooms.analyses.idle();
  expect(await rooms.analyses.start(order)).not.toBe(first);
  await rooms.analyses.idle();
  expect((await rooms.analyses.list(project.id)).map(({ state }) => state)).toEqual(["done", "done"]);
});
