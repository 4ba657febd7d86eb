import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runWindlass, startPrinting } from "../run-windlass.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "windlass-bad-input-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const secret = "a-secret-that-must-not-be-printed";
const environment = () => ({
  AUTH_BITBUCKET_CLIENT_ID: "key",
  AUTH_BITBUCKET_CLIENT_SECRET: secret,
  WINDLASS_BASE_URL: "",
  WINDLASS_DATABASE: join(folder, "windlass.db"),
});

/** Runs a command that has to fail: what it prints must be sentences, without a stack and without a secret. */
async function refused(args: readonly string[], env: Readonly<Record<string, string>> = environment()) {
  const { exitCode, stdout, stderr } = await runWindlass(args, { env, cwd: folder });
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^windlass: \S/);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toContain(secret);
  return { exitCode, stderr };
}

describe("wrong use ends with 2 and one sentence", () => {
  test.each([
    [["nonsense"], "There is no command"],
    [["serve", "--colour"], "--colour"],
    [["serve", "--port", "many"], "--port needs a number"],
    [["demo", "stray"], "stray"],
    [["emulate", "--rules", "1999"], "--rules takes"],
    [["emulate", "--rule", "nonsense=1"], "nonsense"],
    [["emulate", "--seed", "nowhere.json"], "nowhere.json"],
    [["emulate", "--auto-approve", "nobody"], "nobody"],
    [["doctor", "--nonsense"], "--nonsense"],
    [["diffstat", "--nonsense"], "--nonsense"],
  ])("%j", async (args, said) => {
    const { exitCode, stderr } = await refused(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(said);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("every command explains itself with an example", async () => {
    for (const name of ["demo", "serve", "emulate", "doctor", "scopes", "diffstat"]) {
      const { exitCode, stdout } = await runWindlass([name, "--help"]);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^Usage: /m);
      expect(stdout).toMatch(/^Example: /m);
      if (name === "emulate" || name === "demo") expect(stdout).toMatch(/Cloud, Data Center and Server/);
    }
  });
});

describe("configuration", () => {
  test("every mistake is named at once, with its path", async () => {
    writeFileSync(
      join(folder, "bad.yaml"),
      "baseURL: x\nlisten: { port: 70000 }\ninstances: { bitbucket: { clientId: k } }\n",
    );
    const { exitCode, stderr } = await refused(["serve", "--config", "bad.yaml"]);
    expect(exitCode).toBe(2);
    for (const path of ["baseURL", "listen.port", "instances.bitbucket.clientSecret"])
      expect(stderr).toContain(`\n  ${path}: `);
  });

  test("without file and environment the missing variables are named", async () => {
    const env = { AUTH_BITBUCKET_CLIENT_ID: "", AUTH_BITBUCKET_CLIENT_SECRET: "" };
    const { stderr } = await refused(["serve"], env);
    expect(stderr).toContain("AUTH_BITBUCKET_CLIENT_ID: is not set");
    expect(stderr).toContain("AUTH_BITBUCKET_CLIENT_SECRET: is not set");
  });

  test("http on another host than this one is refused", async () => {
    const { stderr } = await refused(["serve"], {
      ...environment(),
      WINDLASS_BASE_URL: "http://app.example.com",
    });
    expect(stderr).toContain("baseUrl: must be https");
  });
});

test("serve takes any port that is free, and prints the address it has there", async () => {
  const server = await startPrinting(["serve", "--port", "0"], { env: environment(), cwd: folder });
  try {
    const [, url = "", port] = /^Windlass serves (http:\/\/localhost:(\d+)) /.exec(server.line) ?? [];
    expect(Number(port)).toBeGreaterThan(0);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const other = await fetch(`http://127.0.0.1:${port}/sign-in`, { redirect: "manual" });
    expect(other.headers.get("location")).toBe(`${url}/sign-in`);
  } finally {
    expect(await server.stop()).toBe(0);
  }
});

test("a taken port is named", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const port = String((taken.address() as { port: number }).port); // it listens on TCP
  for (const args of [
    ["serve", "--port", port],
    ["demo", "--port", port],
    ["emulate", "--port", port, "--api-port", "0"],
    ["demo", "--port", "0", "--emulator-port", port],
  ]) {
    const { exitCode, stderr } = await refused(args);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(new RegExp(`port ${port} is taken`, "i"));
  }
  taken.close();
});

describe("the database", () => {
  const serveWith = (database: string) =>
    refused(["serve", "--port", "18999"], { ...environment(), WINDLASS_DATABASE: database });

  test("in a folder that is not there", async () => {
    expect((await serveWith(join(folder, "nowhere/windlass.db"))).stderr).toContain("[storage.unwritable]");
  });

  test("that cannot be written", async () => {
    mkdirSync(join(folder, "is-a-folder.db"));
    expect((await serveWith(join(folder, "is-a-folder.db"))).stderr).toContain("[storage.");
  });

  test("that is no database", async () => {
    writeFileSync(
      join(folder, "text.db"),
      "just text, and quite a lot of it, so that it cannot be a database".repeat(20),
    );
    expect((await serveWith(join(folder, "text.db"))).stderr).toContain("[storage.not_a_database]");
  });

  test("that a newer version made", async () => {
    const path = join(folder, "newer.db");
    const database = new DatabaseSync(path);
    database.exec("create table windlass_migrations (name text primary key, applied_at text not null)");
    database.exec("insert into windlass_migrations values ('9999-from-the-future', '2030-01-01T00:00:00Z')");
    database.close();
    expect((await serveWith(path)).stderr).toContain("[storage.newer]");
  });
});

describe("a repository", () => {
  test("that is none", async () => {
    for (const command of ["emulate", "demo"]) {
      const { exitCode, stderr } = await refused([command, "--repo", folder, "--port", "0"]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`${folder} is not a git repository`);
    }
  });

  test("that is a file, or not there", async () => {
    writeFileSync(join(folder, "file"), "");
    expect((await refused(["emulate", "--repo", join(folder, "file"), "--port", "0"])).stderr).toContain(
      "is not a folder",
    );
    expect((await refused(["emulate", "--repo", join(folder, "gone"), "--port", "0"])).stderr).toContain(
      "does not exist",
    );
  });
});

test("doctor --json says a configuration's mistakes as JSON, with the exit code it has without", async () => {
  const yaml =
    "listen: { port: -1 }\ninstances: { old: { product: server, baseUrl: 'https://git.example.com', consumerKey: k, privateKey: hush } }\n";
  writeFileSync(join(folder, "mistakes.yaml"), yaml);
  const doctor = (...args: string[]) =>
    runWindlass(["doctor", "--config", join(folder, "mistakes.yaml"), ...args]);
  const [machine, human] = [await doctor("--json"), await doctor()];
  expect([machine.exitCode, human.exitCode]).toEqual([2, 2]);
  expect(machine.stderr).toBe("");
  const { ok, problems, findings } = JSON.parse(machine.stdout);
  expect([ok, findings]).toEqual([false, []]);
  expect(problems).toHaveLength(2);
  for (const { path, problem } of problems) expect(human.stderr).toContain(`\n  ${path}: ${problem}`);
  expect(human.stderr).toContain("instances.old.privateKey: This is not a private key in PEM");
  expect(human.stderr + machine.stdout).not.toContain("hush");
});

test("Se4: doctor says in one sentence that OAuth 1 on Cloud is gone, where its variables are still set", async () => {
  const { exitCode, stderr } = await runWindlass(["doctor"], {
    cwd: mkdtempSync(join(tmpdir(), "windlass-old-")),
    env: { BITBUCKET_CONSUMER_KEY: "key", BITBUCKET_CONSUMER_SECRET: "hush" },
  });
  expect(exitCode).not.toBe(0);
  expect(stderr.match(/OAuth 1,/g)).toHaveLength(1);
  expect(stderr).toContain("application link for a Bitbucket Server");
  expect(stderr).not.toContain("hush");
});

test("doctor names what is wrong when Bitbucket cannot be reached", async () => {
  writeFileSync(
    join(folder, "doctor.yaml"),
    `instances: { bitbucket: { clientId: key, clientSecret: ${secret}, urls: { authorize: "http://127.0.0.1:9/a", token: "http://127.0.0.1:9/t", api: "http://127.0.0.1:9/2.0" } } }\n`,
  );
  const { exitCode, stdout, stderr } = await runWindlass([
    "doctor",
    "--config",
    join(folder, "doctor.yaml"),
    "--json",
  ]);
  expect(exitCode).toBe(1);
  expect(stdout + stderr).not.toContain(secret);
  expect(JSON.parse(stdout).findings).toMatchObject([{ check: "reachable", verdict: "problem" }]);
});
