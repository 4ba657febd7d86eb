/** The operator's commands beside a running server: connections, token, api-keys, audit. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cloudUrls } from "../../src/cli/emulated-instances.ts";
import { type ConfigInput, createWindlass } from "../../src/library/index.ts";
import { createWeb } from "../../src/web/web.ts";
import { failureOf } from "../failure.ts";
import { openPlace, type Place } from "../flows/credentials-place.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { runWindlass } from "../run-windlass.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let place: Place;
let config: string;
let connectionId: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  const database = join(folder.path, "windlass.db");
  place = await openPlace({}, { database });
  connectionId = (await place.connect("bitbucket")).id;
  config = join(folder.path, "windlass.yaml");
  const [consumer] = place.emulator.consumers;
  const bitbucket = {
    clientId: consumer?.key,
    clientSecret: consumer?.secret,
    urls: cloudUrls(place.emulator),
  };
  writeFileSync(config, JSON.stringify({ database, instances: { bitbucket } }));
});
afterAll(async () => {
  await place.close();
  await folder.remove();
});

const run = (...args: string[]) => runWindlass([...args, "--config", config]);
const worksAtBitbucket = async (token: string) => {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${place.emulator.urls.api}/2.0/user`, { headers })).status === 200;
};

describe("windlass token", () => {
  test("prints the token and nothing else, and is on record", async () => {
    const { exitCode, stdout } = await run("token", connectionId);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\S+\n$/);
    expect(await worksAtBitbucket(stdout.trim())).toBe(true);
    const [entry] = await place.app.record.list({ connectionId, limit: 1 });
    expect(entry).toMatchObject({ event: "connection.handed_out", actor: "command line" });
  });

  test("gives JSON with all that is needed to use it", async () => {
    const { stdout } = await run("token", connectionId, "--json", "--minimum-seconds", "60");
    const handed = JSON.parse(stdout);
    expect(handed).toMatchObject({ tokenType: "Bearer", login: null, gitUser: expect.any(String) });
    expect(Date.parse(handed.expiresAt)).toBeGreaterThan(Date.now() + 60_000);
  });

  test("says on standard error what is wrong, and prints nothing", async () => {
    for (const [args, exitCode, sentence] of [
      [["token", "con_none"], 1, "There is no such connection"],
      [["token"], 2, "needs the id of one connection"],
      [["token", connectionId, "--minimum-seconds", "soon"], 2, "whole number of seconds"],
      [["token", connectionId, "--minimum-seconds", "90000"], 1, "vault.minimum_too_long"],
    ] as const) {
      const answer = await run(...args);
      expect(answer).toMatchObject({ exitCode, stdout: "" });
      expect(answer.stderr).toContain(sentence);
    }
  });
});

test("the library hands out, lists and ends connections", async () => {
  const { database, instances } = JSON.parse(readFileSync(config, "utf8")) as ConfigInput;
  await using windlass = await createWindlass({ ...(database && { database }), instances });
  const { connections } = windlass;
  const { id } = await place.connect("bitbucket");
  expect((await connections.list(place.project.id)).map((each) => each.id)).toContain(id);
  expect(await connections.get(id)).toMatchObject({ id, state: "active" });
  const { accessToken, expiresAt } = await connections.token(id, { minimumSeconds: 60 });
  expect(`${accessToken}`).toBe("[secret]");
  expect(await worksAtBitbucket(accessToken.reveal())).toBe(true);
  expect(expiresAt).toBeInstanceOf(Date);
  const [entry] = await place.app.record.list({ connectionId: id, limit: 1 });
  expect(entry).toMatchObject({ event: "connection.handed_out", actor: "library" });
  await connections.disconnect(id);
  for (const [name, code] of [
    [id, "vault.disconnected"],
    ["con_none", "connections.not_found"],
  ] as const)
    expect((await failureOf(connections.token(name))).code).toBe(code);
});

test("windlass connections shows each with its state", async () => {
  const { stdout } = await run("connections");
  expect(stdout).toContain(connectionId);
  expect(stdout).toMatch(/ active\n/);
  const { connections } = JSON.parse(
    (await run("connections", "--json", "--project", place.project.id)).stdout,
  );
  expect(connections[0]).toMatchObject({ id: connectionId, state: "active", accountName: "John Doe" });
  expect((await run("connections", "--project", "prj_none")).stdout).toBe("There is no connection.\n");
});

describe("windlass sessions", () => {
  test("lists who is signed in and ends it: one, then all; each stands in the record", async () => {
    const { id: user } = (await place.signIn("bitbucket")).user;
    const owner = { userId: user, instanceId: "bitbucket", userAgent: "curl/8.5.0" };
    const open = async () => (await place.app.sessions.open(owner)).token;
    await run("sessions", "end", "--user", user);
    const [one, two, three] = [await open(), await open(), await open()];
    const { id = "" } = (await place.app.sessions.find(one)) ?? {};
    const listed = await run("sessions", "list", "--name", "john");
    expect(listed.stdout.trim().split("\n")).toHaveLength(3);
    expect(listed.stdout).toMatch(/ses_\S+ +usr_\S+ +bitbucket +seen \S+ +curl\/8\.5\.0 +John Doe/);
    const { sessions } = JSON.parse((await run("sessions", "list", "--user", user, "--json")).stdout);
    expect(sessions[0]).toMatchObject({ userId: user, displayName: "John Doe", browser: "curl/8.5.0" });
    expect((await run("sessions", "end", id)).stdout).toBe("1 session has ended.\n");
    expect(JSON.parse((await run("sessions", "end", "--user", user, "--json")).stdout)).toEqual({ ended: 2 });
    await expect
      .poll(async () => Promise.all([one, two, three].map((each) => place.app.sessions.find(each))))
      .toEqual([null, null, null]);
    const [entry] = await place.app.record.list({ limit: 1 });
    expect(entry).toMatchObject({ event: "session.ended", actor: "command line" });
    expect((await run("sessions", "list", "--user", user)).stdout).toBe("Nobody is signed in.\n");
  });

  test("says what is wrong, and ends nothing", async () => {
    for (const [args, exitCode, sentence] of [
      [["sessions"], 2, "list, end or check"],
      [["sessions", "end"], 2, "one SESSIONID, or --user USERID"],
      [["sessions", "end", "ses_none", "--user", "usr_none"], 2, "one SESSIONID, or --user USERID"],
      [["sessions", "list", "ses_none"], 2, "takes no"],
      [["sessions", "list", "--limit", "0"], 2, "--limit needs a number"],
      [["sessions", "end", "ses_none"], 1, "no such session"],
    ] as const) {
      const answer = await run(...args);
      expect(answer).toMatchObject({ exitCode, stdout: "" });
      expect(answer.stderr).toContain(sentence);
    }
  });
});

describe("windlass api-keys", () => {
  const ask = async (secret: string) => {
    const url = `http://localhost:8000/api/v1/connections/${connectionId}/token`;
    const headers = { authorization: `Bearer ${secret}` };
    return (await createWeb(place.app).fetch(new Request(url, { method: "POST", headers }))).status;
  };

  test("makes a key that the running server takes, shows it once, and revokes it", async () => {
    const wanted = ["--project", place.project.id, "--name", "nightly build", "--right", "token"];
    const made = await run("api-keys", "make", ...wanted);
    expect(made.stdout).toMatch(/^wlk_[\w-]{43}\n$/);
    expect(made.stderr).toContain("shown this once");
    const secret = made.stdout.trim();
    expect(await ask(secret)).toBe(200);
    const listed = await run("api-keys", "list");
    expect(listed.stdout).toMatch(/apk_\S+ .* valid +nightly build\n/);
    expect(listed.stdout).not.toContain(secret.slice(4));
    const [id = ""] = /apk_\S+/.exec(listed.stdout) ?? [];
    expect((await run("api-keys", "revoke", id)).stdout).toContain("is revoked since");
    place.clock.advance(1);
    expect(await ask(secret)).toBe(401);
    const [key] = JSON.parse((await run("api-keys", "list", "--json")).stdout).keys;
    expect(key).toMatchObject({
      id,
      rights: ["token"],
      madeBy: "command line",
      revokedAt: expect.any(String),
    });
  });

  test("says what is missing", async () => {
    for (const [args, exitCode, sentence] of [
      [["api-keys"], 2, "make, list or revoke"],
      [["api-keys", "make", "--name", "a"], 2, "--project, --name and --right"],
      [
        ["api-keys", "make", "--project", "prj_none", "--name", "a", "--right", "token"],
        1,
        "no such project",
      ],
      [["api-keys", "make", "--project", place.project.id, "--name", "a", "--right", "all"], 1, "token"],
      [["api-keys", "revoke", "apk_none"], 1, "no API key"],
    ] as const) {
      const answer = await run(...args);
      expect(answer).toMatchObject({ exitCode, stdout: "" });
      expect(answer.stderr).toContain(sentence);
    }
  });
});

describe("windlass audit", () => {
  test("lists what happened, newest first", async () => {
    const { entries } = JSON.parse(
      (await run("audit", "list", "--json", "--connection", connectionId)).stdout,
    );
    expect(entries.at(-1)).toMatchObject({ event: "connection.made", connectionId });
    expect(entries[0].at >= entries.at(-1).at).toBe(true);
    const events = async (name: string) => {
      const found = JSON.parse((await run("audit", "list", "--json", "--event", name)).stdout).entries;
      return new Set(found.map(({ event }: { event: string }) => event));
    };
    expect(await events("connection.made")).toEqual(new Set(["connection.made"]));
    expect(await events("connection")).toContain("connection.made");
    expect(
      [...(await events("connection"))].filter((event) => !String(event).startsWith("connection.")),
    ).toEqual([]);
    expect(await events("connect")).toEqual(new Set());
    expect((await run("audit", "list", "--since", "2999-01-01")).stdout).toBe("Nothing is recorded.\n");
    expect((await run("audit", "list", "--limit", "1")).stdout.split("\n")).toHaveLength(2);
  });

  test("finds the record whole, and not so when its end was cut off behind a noted head", async () => {
    const whole = await run("audit", "verify");
    expect(whole).toMatchObject({ exitCode: 0, stderr: "" });
    expect(whole.stdout).toContain("The record is whole");
    const heads = [...whole.stdout.matchAll(/head (\S+)/g)].flatMap(([, head = ""]) => ["--head", head]);
    expect((await run("audit", "verify", ...heads)).exitCode).toBe(0);
    const cut = heads.map((head) => head.replace(/:(\d+):/, (_, number) => `:${Number(number) + 1}:`));
    const broken = await run("audit", "verify", ...cut, "--json");
    expect(broken.exitCode).toBe(1);
    const { ok, writers } = JSON.parse(broken.stdout);
    expect(ok).toBe(false);
    expect(writers[0].problems).toMatchObject([{ kind: "missing_tail" }]);
    expect((await run("audit", "verify", ...cut)).stdout).toContain("BROKEN");
  });

  test("says what it cannot read", async () => {
    for (const [args, sentence] of [
      [["audit"], "verify or list"],
      [["audit", "verify", "--head", "wrt_1:0:x"], "WRITER:NUMBER:MAC"],
      [["audit", "list", "--since", "yesterday"], "--since needs a time"],
      [["audit", "list", "--limit", "0"], "--limit needs a number"],
      [["audit", "list", "--event", "%"], "--event needs a name"],
    ] as const) {
      const answer = await run(...args);
      expect(answer).toMatchObject({ exitCode: 2, stdout: "" });
      expect(answer.stderr).toContain(sentence);
    }
  });
});

test("a command that reads makes no database where there is none", async () => {
  const elsewhere = join(folder.path, "elsewhere.yaml");
  const database = join(folder.path, "nowhere.db");
  writeFileSync(
    elsewhere,
    JSON.stringify({ database, instances: { bitbucket: { clientId: "a", clientSecret: "b" } } }),
  );
  const answer = await runWindlass(["audit", "verify", "--config", elsewhere]);
  expect(answer.exitCode).toBe(1);
  expect(answer.stderr).toContain(`There is no database at ${database}.`);
  expect((await runWindlass(["audit", "verify", "--config", elsewhere])).exitCode).toBe(1);
});
