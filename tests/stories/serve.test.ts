import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../free-port.ts";
import { type LocalBitbucket, startLocalBitbucket } from "./emulator-process.ts";
import { type Relay, startRelay } from "./relay.ts";
import { type Served, startServer } from "./server-process.ts";
import { newVisitor, type Seen } from "./visitor.ts";

let folder: string;
let port: number;
let emulator: LocalBitbucket;
let relay: Relay;
let server: Served;
const person = newVisitor();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "windlass-serve-"));
  port = await freePort();
  const callback = `http://localhost:${port}/auth/bitbucket/callback`;
  emulator = await startLocalBitbucket("--auto-approve", "johndoe", "--callback-url", callback);
  relay = await startRelay(emulator.bitbucket);
  writeFileSync(
    join(folder, "windlass.yaml"),
    `baseUrl: http://localhost:${port}
listen: { port: ${port} }
database: ${join(folder, "windlass.db")}
instances:
  bitbucket:
    clientId: \${CLIENT_ID}
    clientSecret: \${CLIENT_SECRET}
    urls:
      authorize: ${relay.url}/site/oauth2/authorize
      token: ${relay.url}/site/oauth2/access_token
      api: ${emulator.api}/2.0
      web: ${relay.url}
`,
  );
  server = await serve();
});

afterAll(async () => {
  await server?.stop();
  await relay?.close();
  await emulator?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("a server of one's own", () => {
  let project: Seen;

  test("says at start who may sign in, and where its key lies", async () => {
    // On standard error, which comes by a way of its own.
    await expect.poll(() => server.printed()).toContain("Anybody with a Bitbucket account may sign in");
    expect(server.printed()).toContain(join(folder, "windlass.db.key"));
    expect(statSync(join(folder, "windlass.db.key")).mode & 0o777).toBe(0o600);
  });

  test("G1: the first sign-in makes a user, the second finds the same one", async () => {
    const session = async () => JSON.parse((await person.open(at("/auth/session"))).html).user;
    await person.open(at("/auth/bitbucket/login"));
    const first = await session();
    expect(first).toMatchObject({ displayName: "John Doe", email: "user@example.com", emailVerified: true });
    const again = newVisitor();
    await again.open(at("/auth/bitbucket/login"));
    expect(JSON.parse((await again.open(at("/auth/session"))).html).user.id).toBe(first.id);
  });

  test("a stranger sees neither the project nor that it exists", async () => {
    project = await person.submit(await person.open(at("/")), "/projects", [["name", "Shop"]]);
    expect(project.status).toBe(200);
    const stranger = newVisitor();
    expect((await stranger.open(project.url)).url.pathname).toBe("/sign-in");
  });

  test("S8: no token that passed the wire lies readable in the database, and none was printed", async () => {
    const permissions = await person.open(`${project.url.origin}${project.url.pathname}/connect/bitbucket`);
    const connected = await person.submit(permissions, permissions.url.pathname);
    expect(connected.url.pathname).toMatch(/\/repositories$/);
    expect(relay.tokens.length).toBeGreaterThanOrEqual(6);
    const secrets = [...relay.tokens, emulator.consumer.secret];
    const kept = readdirSync(folder).map(
      (name) => [name, readFileSync(join(folder, name), "latin1")] as const,
    );
    expect(kept.map(([name]) => name)).toContain("windlass.db-wal");
    for (const secret of secrets) {
      for (const [name, bytes] of kept) expect(bytes.includes(secret), name).toBe(false);
      expect(server.printed()).not.toContain(secret);
    }
  });

  test("a callback that is foreign, repeated or empty is answered by a page, and the session goes on", async () => {
    const trip = await person.open(at("/auth/bitbucket/login"));
    const callback = trip.trail.find(({ pathname }) => pathname.endsWith("/callback"));
    for (const address of [
      callback ?? "",
      at("/auth/bitbucket/callback?code=x&state=y"),
      at("/auth/bitbucket/callback"),
    ]) {
      const page = await person.open(address);
      expect(page.status).toBeGreaterThanOrEqual(400);
      expect(page.status).toBeLessThan(500);
      expect(page.html).toContain("<!doctype html>");
    }
    expect((await person.open(project.url)).status).toBe(200);
  });

  test("a visitor who comes by another name is sent to the configured one", async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/sign-in?returnTo=%2F`, { redirect: "manual" });
    expect(answer.headers.get("location")).toBe(at("/sign-in?returnTo=%2F"));
    expect(
      (await fetch(`http://127.0.0.1:${port}/auth/logout`, { method: "POST", redirect: "manual" })).status,
    ).toBe(421);
  });

  test("after a restart sessions, projects and connections are as before", async () => {
    expect(await server.stop()).toBe(0);
    server = await serve();
    const page = await person.open(project.url);
    expect(page.html).toContain("Bitbucket as");
    expect(page.html).toContain("Connected");
  });

  test("with Bitbucket out of reach the sign-in page says so, and nothing is lost", async () => {
    await emulator.stop();
    const stranger = await newVisitor().open(at("/auth/bitbucket/login"));
    expect(stranger.url.pathname).toBe("/sign-in");
    expect(stranger.html).toContain("cannot be reached");
    expect((await person.open(project.url)).status).toBe(200);
  });

  test("a key file that is gone is not replaced while the database holds sealed rows", async () => {
    expect(await server.stop()).toBe(0);
    const key = readFileSync(join(folder, "windlass.db.key"));
    rmSync(join(folder, "windlass.db.key"));
    const refused = await serve().catch((error: Error) => error);
    expect(String(refused)).toContain("sealing.key_missing");
    expect(readdirSync(folder)).not.toContain("windlass.db.key");
    writeFileSync(join(folder, "windlass.db.key"), key, { mode: 0o600 });
    server = await serve();
  });
});

const at = (path: string) => `http://localhost:${port}${path}`;

function serve(): Promise<Served> {
  const { key, secret } = emulator.consumer;
  const env = { CLIENT_ID: key, CLIENT_SECRET: secret };
  return startServer(port, ["--config", join(folder, "windlass.yaml")], env);
}
