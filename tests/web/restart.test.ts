import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createApp } from "../../src/app/app.ts";
import { silentLog } from "../../src/base/log.ts";
import { openListener } from "../../src/server/listener.ts";
import { startServer } from "../../src/server/start.ts";
import { configFor, type Rig } from "./rig.ts";
import { connect, idOf, makeProject, openWorkplace } from "./world.ts";

let folder: string;
let rig: Rig;
const config = () => configFor(rig.emulator, { database: join(folder, "windlass.db") });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "windlass-restart-"));
  rig = await openWorkplace({
    config: (emulator) => configFor(emulator, { database: join(folder, "windlass.db") }),
  });
});
afterEach(async () => {
  await rig.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a session and an analysis under way survive a restart", async () => {
  const person = await rig.signedIn("John Doe");
  const project = (await makeProject(person, "Shop")).url.pathname;
  const wizard = await connect(person, project);
  rig.emulator.control.addFault({
    path: "/2.0/repositories/*/diffstat/*",
    kind: "delay",
    delayMilliseconds: 400,
    count: 0,
  });
  const run = await person.submit(wizard, wizard.url.pathname, [
    ["text", "acme/checkout-api"],
    ["lookbackDays", "3650"],
    ["do", "run"],
  ]);
  const id = idOf(run.url.pathname);
  await rig.app.close();
  rig.emulator.control.clearFaults();

  const app = await createApp(config(), { clock: rig.emulator.clock });
  const stopped = await app.analyses.get(id);
  expect(stopped.state).toBe("running");
  const [, token = ""] = [...person.cookies()].find(([name]) => name.endsWith("session")) ?? [];
  expect(await app.sessions.find(token)).toMatchObject({ user: { displayName: "John Doe" } });
  await app.start();
  await app.analyses.idle();
  const ended = await app.analyses.get(id);
  expect(ended.state).toBe("done");
  expect(ended.commits.items.every(({ files }) => files !== null)).toBe(true);
  await app.close();
});

test("a request in flight is answered before the server is gone, and its database with it", async () => {
  await rig.app.close();
  const listener = await openListener({ host: "127.0.0.1", port: 0 });
  const at = { ...config(), baseUrl: `http://localhost:${listener.port}` };
  const server = await startServer(at, { log: silentLog, clock: rig.emulator.clock, listener });
  const way = `${server.url}/auth/bitbucket/login`;
  const late = rig.emulator.control.addFault({
    path: "/site/oauth2/authorize",
    kind: "delay",
    delayMilliseconds: 500,
  });
  const running = fetch(way, { redirect: "manual", headers: { connection: "close" } });
  // In flight for sure: Bitbucket has been asked on its behalf, and its answer is late.
  while (late.hits === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const closed = server.close();
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  expect((await running).status).toBe(302);
  await closed;
});
