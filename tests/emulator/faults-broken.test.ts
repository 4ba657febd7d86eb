/** Faults that break an answer on its way, slow it down, or strike now and then: each by what a client meets. */
import { get, type IncomingMessage } from "node:http";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Fault } from "../../src/emulator/core/faults.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { watchedClock } from "../watched-clock.ts";
import { call, firstConsumer, refreshWith, tokensFor } from "./client.ts";

const clock = watchedClock();
let emulator: Emulator;
let token: string;
let whole: string;

beforeAll(async () => {
  emulator = await createEmulator({ clock });
  token = (await tokensFor(emulator)).access_token;
  whole = await (await call(emulator, "/2.0/user", token)).text();
});
afterEach(() => emulator.control.clearFaults());
afterAll(() => emulator.close());

const user = () => call(emulator, "/2.0/user", token);
const break_ = (fault: Omit<Fault, "path">) => emulator.control.addFault({ path: "/2.0/user", ...fault });
const statuses = async (count: number) => {
  const all: number[] = [];
  for (let at = 0; at < count; at += 1) all.push((await user()).status);
  return all;
};

/** As it comes over the wire: fetch hides what a broken body had brought. */
function raw(): Promise<{
  readonly answer: IncomingMessage;
  readonly text: string;
  readonly complete: boolean;
}> {
  return new Promise((resolve, reject) => {
    const asked = get(
      `${emulator.urls.api}/2.0/user`,
      { headers: { authorization: `Bearer ${token}` } },
      (answer) => {
        let text = "";
        answer.on("data", (chunk: Buffer) => {
          text += chunk.toString("utf8");
        });
        answer.on("error", () => undefined);
        answer.on("close", () => resolve({ answer, text, complete: answer.complete }));
      },
    );
    asked.on("error", reject);
  });
}

test("C41: a connection is cut in the middle of the body", async () => {
  break_({ kind: "cut-body" });
  const { answer, text, complete } = await raw();
  expect([answer.statusCode, answer.headers["content-length"]]).toEqual([200, String(whole.length)]);
  expect([complete, text]).toEqual([false, whole.slice(0, Math.floor(whole.length / 2))]);
  break_({ kind: "cut-body", bytes: 7 });
  await expect(user().then((answer_) => answer_.text())).rejects.toThrow();
});

test("C41: JSON ends early in an answer that is whole by HTTP", async () => {
  break_({ kind: "truncate", bytes: 20 });
  const { text, complete } = await raw();
  expect([complete, text]).toEqual([true, whole.slice(0, 20)]);
});

test("C41: HTML comes with 200 in place of JSON, and JSON under another name", async () => {
  break_({ kind: "html", status: 200, body: "<h1>Down for maintenance</h1>" });
  const page = await user();
  expect([page.status, await page.text()]).toEqual([200, "<h1>Down for maintenance</h1>"]);
  break_({ kind: "content-type" });
  const mislabelled = await user();
  expect(mislabelled.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(await mislabelled.text()).toBe(whole);
  break_({ kind: "content-type", contentType: "application/octet-stream" });
  expect((await user()).headers.get("content-type")).toBe("application/octet-stream");
});

test("C41: a body is huge, and whole JSON", async () => {
  break_({ kind: "huge", bytes: 3_000_000 });
  const answer = await user();
  const text = await answer.text();
  expect([answer.status, text.length]).toEqual([200, 3_000_000]);
  expect(() => JSON.parse(text)).not.toThrow();
});

test("C41: a body has no end, until its client leaves", async () => {
  break_({ kind: "endless" });
  const leaving = new AbortController();
  const answer = await fetch(`${emulator.urls.api}/2.0/user`, {
    headers: { authorization: `Bearer ${token}` },
    signal: leaving.signal,
  });
  let bytes = 0;
  const read = async () => {
    for await (const chunk of answer.body ?? []) {
      bytes += chunk.length;
      if (bytes > 5_000_000) leaving.abort();
    }
  };
  await expect(read()).rejects.toThrow();
  expect(bytes).toBeGreaterThan(5_000_000);
  expect((await user()).status).toBe(200);
});

test("C41: a body trickles by the emulator's clock", async () => {
  break_({ kind: "trickle", bytes: 100, delayMilliseconds: 60_000 });
  const before = clock.sleeps.length;
  const pieces = Math.ceil(whole.length / 100);
  const reader = (await user()).body?.getReader();
  let text = "";
  for (let piece = 1; piece <= pieces; piece += 1) {
    await clock.asleep(before + piece);
    emulator.control.advance(60);
    text += Buffer.from((await reader?.read())?.value ?? []).toString("utf8");
    expect(text).toBe(whole.slice(0, piece * 100));
  }
  expect((await reader?.read())?.done).toBe(true);
  expect(clock.sleeps.slice(before)).toEqual(Array(pieces).fill(60_000));
});

test("C41: a redirect leads to itself, or to where it is told", async () => {
  break_({ kind: "redirect", count: 0 });
  const following = fetch(`${emulator.urls.api}/2.0/user`, { headers: { authorization: `Bearer ${token}` } });
  await expect(following).rejects.toThrow();
  expect(
    emulator.control
      .requests()
      .slice(-5)
      .map(({ status }) => status),
  ).toEqual([302, 302, 302, 302, 302]);
  emulator.control.clearFaults();
  break_({ kind: "redirect", status: 307, location: "https://elsewhere.example/" });
  const answer = await fetch(`${emulator.urls.api}/2.0/user`, { redirect: "manual" });
  expect([answer.status, answer.headers.get("location")]).toEqual([307, "https://elsewhere.example/"]);
});

test("C41: a brown-out strikes every third request, or a share of them, the same each time", async () => {
  break_({ kind: "status", status: 503, every: 3, count: 0 });
  expect(await statuses(7)).toEqual([200, 200, 503, 200, 200, 503, 200]);
  emulator.control.clearFaults();
  break_({ kind: "status", status: 503, share: 0.4, count: 3 });
  expect(await statuses(10)).toEqual([200, 200, 503, 200, 503, 200, 200, 503, 200, 200]);
});

test("C41: a brown-out lasts from one time of the emulator to another", async () => {
  const now = emulator.clock.now().getTime();
  const inSeconds = (seconds: number) => new Date(now + seconds * 1000).toISOString();
  break_({ kind: "status", status: 502, from: inSeconds(600), until: inSeconds(1200), count: 0 });
  expect(await statuses(1)).toEqual([200]);
  emulator.control.advance(700);
  expect(await statuses(2)).toEqual([502, 502]);
  emulator.control.advance(600);
  expect(await statuses(1)).toEqual([200]);
  break_({ kind: "status", status: 500, forSeconds: 60, count: 0 });
  expect(await statuses(1)).toEqual([500]);
  emulator.control.advance(61);
  expect(await statuses(1)).toEqual([200]);
});

test("C41: a whole region is slow until it is cleared, other faults beside it", async () => {
  emulator.control.addFault({
    path: "/2.0/*",
    origin: "api",
    kind: "delay",
    delayMilliseconds: 60_000,
    count: 0,
  });
  break_({ kind: "status", status: 503 });
  const before = clock.sleeps.length;
  const answers = statuses(3);
  for (let request = 1; request <= 3; request += 1) {
    await clock.asleep(before + request);
    emulator.control.advance(60);
  }
  expect(await answers).toEqual([503, 200, 200]);
  emulator.control.clearFaults();
  await user();
  expect(clock.sleeps.slice(before)).toEqual([60_000, 60_000, 60_000]);
  expect(emulator.control.requests().at(-1)).toMatchObject({ fault: null });
});

test("the clock jumps, forwards and back", async () => {
  const before = emulator.clock.now().getTime();
  emulator.control.advance(-3600);
  expect(emulator.clock.now().getTime()).toBeLessThan(before - 3_500_000);
  emulator.control.advance(3600);
  const jump = await fetch(`${emulator.urls.control}/clock`, {
    method: "POST",
    body: JSON.stringify({ advanceSeconds: -60 }),
  });
  expect(jump.status).toBe(200);
  emulator.control.advance(60);
});

test("C41: a client is locked out after a spent refresh token, by a rule that is changed while all runs", async () => {
  const change = (body: object) =>
    fetch(`${emulator.urls.control}/rules`, { method: "POST", body: JSON.stringify(body) });
  const changed = await change({ clientLockoutSeconds: 3600, refreshReuseSeconds: 0 });
  expect(await changed.json()).toMatchObject({ cloud: { clientLockoutSeconds: 3600 } });
  const [spent, other] = [await tokensFor(emulator), await tokensFor(emulator)];
  expect((await refreshWith(emulator, spent.refresh_token)).status).toBe(200);
  emulator.control.advance(2);
  expect((await refreshWith(emulator, spent.refresh_token)).status).toBe(400);
  expect((await refreshWith(emulator, other.refresh_token)).status).toBe(400);
  emulator.control.advance(3601);
  expect((await refreshWith(emulator, other.refresh_token)).status).toBe(200);
  expect((await change({ noSuchRule: 1, clientLockoutSeconds: "soon" })).status).toBe(400);
  expect(emulator.rules.clientLockoutSeconds).toBe(3600);
  expect(() => emulator.control.changeRules({ tokenLength: -1 })).toThrow("tokenLength");
  expect(firstConsumer(emulator).key).not.toBe("");
});

test("what is no fault is refused with every reason, in code and by HTTP alike", async () => {
  const wrong = { path: "x", kind: "status", status: 99, location: "/ü", typo: 1 };
  expect(() => break_(wrong as never)).toThrow(/^This is no fault: path: .*; status: .*typo/); // no fault, on purpose
  const asked = await fetch(`${emulator.urls.control}/faults`, {
    method: "POST",
    body: JSON.stringify(wrong),
  });
  expect([asked.status, await asked.json()]).toMatchObject([400, { problems: { length: 4 } }]);
});

test("C41: an answer that has no body by its status has none, whatever breaks it", async () => {
  const kinds = [
    "status",
    "html",
    "text",
    "rate-limit",
    "huge",
    "redirect",
    "truncate",
    "trickle",
    "content-type",
  ];
  for (const kind of kinds)
    for (const status of [204, 304]) {
      break_({ kind: kind as "status", status, delayMilliseconds: 1 }); // one of the kinds
      const answer = await user();
      expect([kind, answer.status, await answer.text()]).toEqual([kind, status, ""]);
    }
});
