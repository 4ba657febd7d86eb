import { request as ask } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Listener, openListener } from "../../src/server/listener.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { engines, makePlace } from "../storage/engines.ts";
import { type Browser, baseUrl, configFor, openRig, type Rig } from "./rig.ts";

let rig: Rig;
let john: Browser;
let quick: Listener;
let whole: Listener;
beforeEach(async () => {
  rig = await openRig();
  john = await rig.signedIn("John Doe");
  [quick, whole] = [await openListener(anyPort), await openListener(anyPort)];
  quick.serve(rig.web.fetch, rig.web.sessionCheck);
  whole.serve(rig.web.fetch);
});
afterEach(async () => {
  await Promise.all([quick.close(0), whole.close(0)]);
  await rig.close();
});

const anyPort = { host: "127.0.0.1", port: 0 };

interface Question {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Status, headers and body, without what changes from moment to moment. */
function answerOf({ port }: Listener, question: Question = {}): Promise<unknown> {
  const { method = "GET", path = "/auth/session" } = question;
  const headers = { host: new URL(baseUrl).host, cookie: cookie(), ...question.headers };
  return new Promise((resolve, reject) => {
    ask({ host: "127.0.0.1", port, method, path, headers, agent: false }, async (answer) => {
      let body = "";
      for await (const piece of answer) body += String(piece);
      body = body.replaceAll(/ref_[\w-]+/g, "ref");
      const { date: _, ...rest } = answer.headers;
      resolve({ status: answer.statusCode, headers: rest, body });
    })
      .on("error", reject)
      .end();
  });
}

const cookie = () => [...john.cookies()].map(([name, value]) => `${name}=${value}`).join("; ");

const session = () => `__Host-windlass-session=${john.cookies().get("__Host-windlass-session")}`;

test("says the same as the whole way, headers and all", async () => {
  const answer = await answerOf(quick);
  expect(answer).toEqual(await answerOf(whole));
  expect(answer).toMatchObject({
    status: 200,
    headers: { "cache-control": "no-store", "x-frame-options": "DENY" },
    body: expect.stringContaining('"displayName":"John Doe"'),
  });
});

test.each<[string, () => Question]>([
  ["another host", () => ({ headers: { host: "evil.example" } })],
  ["no cookie", () => ({ headers: { cookie: "" } })],
  ["the cookie twice", () => ({ headers: { cookie: `${session()}; ${session()}` } })],
  ["a cookie that is no token", () => ({ headers: { cookie: "__Host-windlass-session=x" } })],
  ["HEAD", () => ({ method: "HEAD" })],
  ["POST", () => ({ method: "POST" })],
  ["a query", () => ({ path: "/auth/session?x=1" })],
  ["another spelling", () => ({ path: "//auth/session" })],
  ["a whole address", () => ({ path: `${baseUrl}/auth/session` })],
])("%s is answered as the whole way answers it", async (_, question) => {
  expect(await answerOf(quick, question())).toEqual(await answerOf(whole, question()));
});

test("an ended session is nobody's at once", async () => {
  await answerOf(quick);
  await john.submit(await john.open("/"), "/auth/logout");
  await rig.signedIn("Jane Roe");
  expect(await answerOf(quick)).toMatchObject({ status: 200, body: '{"user":null}' });
});

test.each(engines)("D9: a %s store that fails answers 503 and signs nobody out", async (engine) => {
  const made = await makePlace(engine);
  const key = Buffer.alloc(32, 7).toString("base64");
  const other = await openRig({ config: (emulator) => configFor(emulator, { database: made.place, key }) });
  const jane = await other.signedIn("Jane Roe");
  const breaker = await openDatabase(made.place, { clock: other.emulator.clock });
  await breaker.kysely.schema.alterTable("sessions").renameTo("lost").execute();
  for (const path of ["/api/v1/projects", "/auth/session", "/", "/sign-in"]) {
    const fresh = other.browser();
    const headers = { cookie: `__Host-windlass-session=${"a".repeat(43)}` };
    const seen = await fresh.ask(path, { headers });
    expect([path, seen.status]).toEqual([path, 503]);
    expect(seen.headers.get("retry-after")).toBe("5");
    expect(seen.headers.getSetCookie()).toEqual([]);
  }
  await breaker.kysely.schema.alterTable("lost").renameTo("sessions").execute();
  expect((await jane.ask("/api/v1/projects")).status).toBe(200);
  await breaker.close();
  await other.close();
  await made.remove();
});
