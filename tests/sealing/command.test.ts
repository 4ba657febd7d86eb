import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { createEmulator } from "../../src/emulator/emulator.ts";
import { createWindlass, type Windlass } from "../../src/library/index.ts";
import { keyId } from "../../src/sealing/key.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { failureOf } from "../failure.ts";
import { runWindlass } from "../run-windlass.ts";
import { addSealedRows, configOf, keyText, openEverything, openParts } from "./rig.ts";

const clock = systemClock();
let folder: string;
let path: string;
let keyFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "windlass-keys-"));
  path = join(folder, "windlass.db");
  keyFile = `${path}.key`;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const idOf = (fill: number) => keyId(Buffer.alloc(32, fill));

/** The command, as an operator with no file calls it. */
async function keys(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const consumer = { AUTH_BITBUCKET_CLIENT_ID: "key", AUTH_BITBUCKET_CLIENT_SECRET: "hush" };
  const all = { ...consumer, WINDLASS_DATABASE: path, WINDLASS_KEY: "", ...env };
  return runWindlass(["keys", ...args], { cwd: folder, env: all });
}

/** Runs `work` over the database as a server with these keys has it. */
async function withServer(key: string | undefined, work: (parts: Parts) => Promise<void>): Promise<void> {
  const database = await openDatabase(path, { clock });
  try {
    await work(await openParts(database, configOf(path, key), { clock }));
  } finally {
    await database.close();
  }
}

type Parts = Awaited<ReturnType<typeof openParts>>;

const fill = (key?: string) =>
  withServer(key, ({ database, keyrings }) => addSealedRows(database, keyrings, 4));

describe("windlass keys", () => {
  test("rotate makes a new line in the key file, tells how far it is, and status shows what came of it", async () => {
    await fill();
    const [, old = ""] = [existsSync(keyFile), readFileSync(keyFile, "utf8").trim()];
    const rotated = await keys(["rotate", "--json"]);
    expect(rotated.exitCode).toBe(0);
    expect(JSON.parse(rotated.stdout)).toMatchObject({
      newDataKeys: 4,
      resealed: 9,
      rewrapped: 4,
      closed: [],
    });
    expect(rotated.stderr).toMatch(/windlass: rows: 4 of 8/);
    const lines = readFileSync(keyFile, "utf8").trim().split("\n");
    expect(lines).toEqual([expect.stringMatching(/^[\w+/]{43}=$/), old]);
    const status = await keys(["status"]);
    expect(status.exitCode).toBe(0);
    expect(status.stdout).toMatch(/file +8 data keys +4 connections, wraps what is new/);
    expect(status.stdout).toContain(
      "4 data keys in use, 4 replaced; 0 rows still sealed with a replaced one.",
    );
    expect(`${rotated.stdout}${rotated.stderr}${status.stdout}`).not.toContain(old);
    await withServer(undefined, async ({ database, keyrings }) => {
      expect(await openEverything(database, keyrings, 4)).toEqual([1, 1, 1, 1]);
    });
  }, 60_000);

  test("give-up asks for --yes, takes only what is missing, and then everything else works", async () => {
    await fill(keyText(1));
    const env = { WINDLASS_KEY: keyText(2) };
    const status = await keys(["status", "--json"], env);
    expect(status.exitCode).toBe(1);
    expect(JSON.parse(status.stdout).wrappingKeys).toEqual([
      { id: idOf(2), source: "configuration", wraps: 0, connections: 0 },
      { id: idOf(1), source: "missing", wraps: 4, connections: 4 },
    ]);
    expect((await keys(["rotate"], env)).stderr).toContain("[sealing.wrong_key]");
    const unsure = await keys(["give-up", idOf(1)], env);
    expect(unsure).toMatchObject({ exitCode: 1, stdout: "" });
    expect(unsure.stderr).toContain("--yes");
    for (const id of [idOf(2), "abc"])
      expect((await keys(["give-up", id, "--yes"], env)).stderr).toContain("[sealing.key_not_lost]");
    const done = await keys(["give-up", idOf(1), "--yes"], env);
    expect(done).toMatchObject({ exitCode: 0 });
    expect(done.stdout).toContain("4 connections can only be connected anew");
    expect((await keys(["status"], env)).stdout).toMatch(new RegExp(`${idOf(1)} +given up`));
    await withServer(keyText(2), async ({ notices, keyrings }) => {
      expect(notices.join()).toContain("was given up: 4 connections");
      expect((await keyrings.of("prj_0")).keyId).toMatch(/^key_/);
    });
  }, 60_000);

  test("makes no database and no key, and says what it was not given", async () => {
    const none = await keys(["status"]);
    expect(none.exitCode).toBe(1);
    expect(none.stderr).toContain("There is no database yet.");
    expect(existsSync(path)).toBe(false);
    await fill();
    renameSync(keyFile, `${keyFile}.away`);
    expect((await keys(["rotate"])).stderr).toContain("[sealing.key_missing]");
    expect((await keys(["status"])).stdout).toMatch(/missing +4 data keys/);
    expect(existsSync(keyFile)).toBe(false);
    for (const [args, sentence] of [
      [[], "needs status, rotate or give-up"],
      [["turn"], 'knows no "turn"'],
      [["give-up"], "needs one KEYID"],
      [["status", "x"], "takes no"],
    ] as const) {
      const wrong = await keys(args);
      expect(wrong.exitCode).toBe(2);
      expect(wrong.stderr).toContain(sentence);
    }
  }, 60_000);

  test("WINDLASS_KEY may name a file", async () => {
    await fill(keyText(1));
    const file = join(folder, "key");
    writeFileSync(file, `${keyText(3)}\n${keyText(1)}\n`);
    const { stdout } = await keys(["status", "--json"], { WINDLASS_KEY: `$file:${file}` });
    const sources = JSON.parse(stdout).wrappingKeys.map(({ id, source }: { id: string; source: string }) => [
      id,
      source,
    ]);
    expect(sources).toEqual([
      [idOf(3), "configuration"],
      [idOf(1), "configuration"],
    ]);
    const missing = await keys(["status"], { WINDLASS_KEY: "$file:nowhere" });
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toContain("WINDLASS_KEY: names the file nowhere");
  }, 60_000);
});

describe("H11: with a lost key", () => {
  /** Goes to Bitbucket and back; whether somebody is signed in then. */
  async function signsIn(windlass: Windlass, baseUrl: string): Promise<boolean> {
    const cookies = new Map<string, string>();
    const ask = async (url: string) => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const request = new Request(url, { headers: { cookie } });
      const answer = await windlass.handler(request);
      for (const line of answer.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      return { request, location: answer.headers.get("location") ?? "" };
    };
    const { location } = await ask(`${baseUrl}/auth/bitbucket/login`);
    const back = await globalThis.fetch(location, { redirect: "manual" });
    await ask(back.headers.get("location") ?? "");
    const { request } = await ask(`${baseUrl}/projects`);
    return (await windlass.session(request)) !== null;
  }

  test("a server refuses to start; given up, it starts, and people sign in", async () => {
    const baseUrl = "http://localhost:8000";
    const callbackUrl = `${baseUrl}/auth/bitbucket/callback`;
    await using emulator = await createEmulator({ autoApprove: "johndoe", callbackUrl });
    const [consumer] = emulator.consumers;
    const { bitbucket: web, api } = emulator.urls;
    const urls = {
      authorize: `${web}/site/oauth2/authorize`,
      token: `${web}/site/oauth2/access_token`,
      api: `${api}/2.0`,
      web,
    };
    const { key: clientId = "", secret: clientSecret = "" } = consumer ?? {};
    const config = { baseUrl, database: path, instances: { bitbucket: { clientId, clientSecret, urls } } };
    const start = () => createWindlass(config);
    await fill();
    {
      await using windlass = await start();
      expect(await signsIn(windlass, baseUrl)).toBe(true);
    }
    rmSync(keyFile);
    const failure = await failureOf(start());
    expect(failure).toMatchObject({ code: "sealing.key_missing" });
    const [id = ""] = failure.data.keyIds as string[]; // the catalogue's own list
    expect(failure.detail).toContain(id);
    expect((await keys(["give-up", id, "--yes"])).exitCode).toBe(0);
    await using windlass = await start();
    expect(windlass.notices.join()).toContain(`The key ${id} was given up: 4 connections`);
    expect(windlass.notices.join()).toContain("was made");
    expect(await signsIn(windlass, baseUrl)).toBe(true);
    expect((await windlass.keys.status()).wrappingKeys.map(({ source }) => source)).toEqual([
      "file",
      "given up",
    ]);
  }, 60_000);
});
