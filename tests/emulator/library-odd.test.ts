/** The library in hands that slip: odd histories, wrong options, odd moments to begin again or to end. */
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { repository } from "../../src/emulator/build/repository.ts";
import { admin, person, workspace } from "../../src/emulator/build/seeds.ts";
import { branch, commit, merge, movedFrom, submodule, tag } from "../../src/emulator/build/steps.ts";
import { EmulatorFailure } from "../../src/emulator/core/errors.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { watchedClock } from "../watched-clock.ts";
import { gitLines } from "./served.ts";

const ada = person("ada", { emails: ["ada@example.com"] });
const seed = { people: [ada], workspaces: [workspace("acme", { members: [admin(ada)] })] };
const start = (options: unknown) => createEmulator(options as EmulatorOptions); // what a program without types may give
const told = (...steps: readonly unknown[]) =>
  start({ seed, repositories: [repository("acme/w", steps as Parameters<typeof repository>[1])] }); // likewise
const folderOf = (emulator: Emulator, name = "acme/w") =>
  emulator.repositories.find(({ fullName }) => fullName === name)?.path ?? "";

async function failureOf(starting: Promise<Emulator>): Promise<EmulatorFailure> {
  const failure = await starting.then(
    (emulator) => emulator.close(),
    (error: unknown) => error,
  );
  if (failure instanceof EmulatorFailure) return failure;
  throw new Error("It was not refused.", { cause: failure });
}

const oddHistories: Readonly<Record<string, () => readonly unknown[]>> = {
  'beside the branch "a" there cannot be "a/b"': () => [commit(), branch("a"), branch("a/b")],
  'beside the tag "v" there cannot be "v/1/2"': () => [commit(), tag("v/1/2"), tag("v")],
  '"HEAD" is no name of a branch or tag': () => [commit(), branch("HEAD")],
  '"a\\u0000b" is no path of a file': () => [commit({ "a\0b": "x" })],
  '"1960-01-01" is no date between 1970 and 9999': () => [commit({}, { at: "1960-01-01" })],
  "is no date between 1970 and 9999": () => [commit({}, { at: new Date(8.64e15) }), commit()],
  "an invalid Date is no date": () => [commit({}, { at: new Date("never") })],
  '"a" must be text, bytes, null, or what executable': () => [{ ...commit(), files: { a: 5 } }],
  '"b" must be text, bytes, null, or what executable': () => [{ ...commit(), files: { b: undefined } }],
  "a message is text, not 5": () => [{ ...commit(), message: 5 }],
  'files are written { "path": content }, not "x"': () => [{ ...commit(), files: "x" }],
  "a step is what commit, branch, merge or tag gives": () => [[commit()]],
  'what happens on "f" must be a list of steps': () => [commit(), { ...branch("f"), steps: commit() }],
  "{ orphan: true } begins from nothing": () => [branch("f", [commit()])],
  'both sides changed "constructor"': () => [
    commit({ constructor: "1" }),
    branch("f", [commit({ constructor: "2" })]),
    commit({ constructor: "3" }),
    merge("f"),
  ],
  'both sides changed "a": say with files': () => [
    commit({ b: "" }),
    branch("f", [commit({ a: "file" })]),
    commit({ "a/c": "folder" }),
    merge("f"),
  ],
};

test.for(Object.keys(oddHistories))("an odd history is refused with its reason: … %s …", async (sentence) => {
  const failure = await failureOf(told(...(oddHistories[sentence]?.() ?? [])));
  expect(failure.code).toBe("bad_history");
  expect(failure.message).toContain(sentence);
  expect(failure.message).toMatch(/^The history of acme\/w cannot be: /);
});

test("odd histories that git takes are told as they stand", async () => {
  await using emulator = await told(
    branch("main", [commit({ é: "1", "e\u0301": "2", A: "3", a: "4" })]),
    commit({ module: submodule("1".repeat(40)), "x\ny": "5", "f/g": "6" }),
    commit({ was: movedFrom("module", "a module no more"), f: "a file now" }),
    branch("away", [commit({ was: null, "h/i": "7" })]),
    commit({ "j/k": "8" }),
    merge("away"),
  );
  const folder = folderOf(emulator);
  expect(
    gitLines(folder, "ls-tree", "-r", "-z", "--format=%(objectmode) %(path)", "main").join("").split("\0"),
  ).toHaveLength(9);
  expect(gitLines(folder, "cat-file", "-p", "main~2:was")).toEqual(["a module no more"]);
  expect(gitLines(folder, "fsck", "--no-dangling", "--strict")).toEqual([]);
});

test("dates without a zone are UTC, in whatever form and wherever the machine is", async () => {
  const zone = process.env.TZ;
  process.env.TZ = "Asia/Tokyo";
  try {
    const forms = [
      "2026-01-02",
      "2026-01-02 10:00",
      "2026-01-02T10:00:00",
      "2 Jan 2026 10:00",
      "Jan 2, 2026",
    ];
    const zoned = ["2026-01-02T10:00+09:00", "Fri Jan 02 2026 10:00:00 GMT+0900 (Japan Standard Time)"];
    await using emulator = await told(...[...forms, ...zoned].map((at) => commit({}, { at })));
    expect(gitLines(folderOf(emulator), "log", "--reverse", "--format=%aI")).toEqual(
      [
        "2026-01-02T00:00:00Z",
        "2026-01-02T10:00:00Z",
        "2026-01-02T10:00:00Z",
        "2026-01-02T10:00:00Z",
        "2026-01-02T00:00:00Z",
        "2026-01-02T01:00:00Z",
        "2026-01-02T01:00:00Z",
      ].map((date) => date.replace("Z", "+00:00")),
    );
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});

test("a long history with many files is told without a tree for every commit", async () => {
  const steps = Array.from({ length: 1000 }, (_, at) => commit({ [`f${at % 400}.txt`]: `${at}` }));
  await using emulator = await told(
    ...steps,
    branch("old", [commit({ "f1.txt": "changed" })]),
    ...steps.slice(0, 20).map((_, at) => branch(`b${at}`, [commit({ [`new${at}`]: "x" })])),
    commit({ last: "x" }),
    merge("old"),
    merge("b7"),
  );
  const folder = folderOf(emulator);
  expect(gitLines(folder, "rev-list", "--count", "main")).toEqual(["1005"]);
  expect(gitLines(folder, "ls-tree", "-r", "--name-only", "main")).toHaveLength(402);
});

const wrongOptions: Readonly<Record<string, unknown>> = {
  'Unrecognized key: "repos"': { repos: [] },
  "port must be a port: 0 takes any": { port: "7990" },
  dataCenter: { dataCenter: { port: 1.5 } },
  'There is no rule "nope"': { rules: { nope: 1 } },
  "The rule tokenLength takes a number": { rules: { tokenLength: -1 } },
  'rules must be "today", "2025" or some rules': { rules: "2024" },
  'There is no rule "tokenLength" of Data Center': { dataCenterRules: { tokenLength: 1 } },
  "callbackUrl must be an absolute URL": { callbackUrl: "nonsense" },
  "repositories.0 must be { path } or what repository(…) gives": { repositories: ["../my-service"] },
  "seed must be an object": { seed: null },
  "onRequest must be a function": { onRequest: "log" },
};

test.for(Object.keys(wrongOptions))("options that cannot be are refused by name: %s", async (sentence) => {
  const failure = await failureOf(start(wrongOptions[sentence]));
  expect(failure.code).toBe("bad_option");
  expect(failure.message).toContain(sentence);
});

test("a repository of a workspace that is not there is named, and so are the workspaces there are", async () => {
  const failure = await failureOf(start({ seed, repositories: [repository("nope/w", [commit()])] }));
  expect(failure.message).toBe('There is no workspace "nope" for w. There are: acme.');
});

test("a repository of a name that is taken changes nothing, and one told again after a reset begins anew", async () => {
  await using emulator = await told(commit({ a: "1" }));
  const refs = () => gitLines(folderOf(emulator), "for-each-ref", "--format=%(objectname)");
  const before = refs();
  const twice = emulator.addRepository(repository("acme/w", [commit({ b: "2" })]));
  await expect(twice).rejects.toThrow("two repositories acme/w");
  expect(refs()).toEqual(before);
  await emulator.addRepository(repository("acme/later", [commit(), branch("old")]));
  await emulator.reset();
  await emulator.addRepository(repository("acme/later", [commit()]));
  expect(gitLines(folderOf(emulator, "acme/later"), "for-each-ref", "--format=%(refname)")).toEqual([
    "refs/heads/main",
  ]);
});

test("closing twice, at once and again, is closing", async () => {
  const emulator = await told(commit());
  await Promise.all([emulator.close(), emulator.close()]);
  await emulator.close();
  await expect(fetch(emulator.urls.api)).rejects.toThrow("fetch failed");
});

test("closing does not wait for who sends half a request, holds a connection, or meets a fault without end", async () => {
  const clock = watchedClock();
  const emulator = await createEmulator({ clock });
  const port = Number(new URL(emulator.urls.api).port);
  const [half, idle] = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
  const left = [half, idle].map(
    (socket) =>
      new Promise((resolve) =>
        socket
          .resume()
          .on("error", () => undefined)
          .once("close", resolve),
      ),
  );
  await Promise.all([once(half, "connect"), once(idle, "connect")]);
  half.write("POST /2.0/user HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  emulator.control.addFault({ path: "/endless", kind: "endless" });
  for (const kind of ["delay", "trickle"] as const)
    emulator.control.addFault({ path: `/${kind}`, kind, delayMilliseconds: 1e9 });
  const outcome = (text: Promise<string>) =>
    text.then(
      () => "whole",
      () => "cut",
    );
  const endless = await fetch(`${emulator.urls.api}/endless`);
  const pending = ["delay", "trickle"].map((path) =>
    outcome(fetch(`${emulator.urls.api}/${path}`).then((answer) => answer.text())),
  );
  await clock.asleep(2);
  expect(await Promise.race([...pending, Promise.resolve("pending")])).toBe("pending");
  await emulator.close();
  expect(await Promise.all([...pending, outcome(endless.text())])).toEqual(["cut", "cut", "cut"]);
  await Promise.all(left);
});

test("the clock goes from 1970 to 9999, and says so", async () => {
  await using emulator = await createEmulator();
  for (const seconds of [Number.NaN, 1e300, Number.POSITIVE_INFINITY, -1e12])
    expect(() => emulator.control.advance(seconds)).toThrow("it goes from 1970 to 9999");
  const asked = await fetch(`${emulator.urls.control}/clock`, {
    method: "POST",
    body: JSON.stringify({ advanceSeconds: 1e15 }),
  });
  expect([asked.status, await asked.json()]).toMatchObject([400, { error: expect.stringContaining("9999") }]);
  expect((await fetch(`${emulator.urls.api}/2.0/user`)).status).toBe(401);
});

test("who only reads is not disturbed by resets", async () => {
  await using emulator = await createEmulator({ repositories: [repository("acme/w", [commit({ a: "1" })])] });
  const [token] = emulator.accessTokens;
  const headers = { authorization: `Bearer ${token?.token}` };
  const statuses = new Set<number>();
  let isOver = false;
  const reading = async () => {
    while (!isOver)
      statuses.add((await fetch(`${emulator.urls.api}/2.0/repositories/acme/w/commits`, { headers })).status);
  };
  const readers = [reading(), reading(), reading()];
  for (let reset = 0; reset < 20; reset += 1) {
    await expect.poll(() => emulator.control.requests().length).toBeGreaterThan(0);
    await emulator.reset();
  }
  isOver = true;
  await Promise.all(readers);
  expect([...statuses]).toEqual([200]);
});
