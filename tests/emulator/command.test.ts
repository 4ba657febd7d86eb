/** `windlass emulate` as a process of its own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Running, runWindlass, startPrinting, startWindlass } from "../run-windlass.ts";

interface Line {
  readonly bitbucket: string;
  readonly api: string;
  readonly control: string;
  readonly consumers: readonly { readonly key: string; readonly callbackUrl: string }[];
  readonly people: readonly {
    readonly username: string | null;
    readonly apiTokens: readonly { readonly token: string }[];
  }[];
  readonly accessTokens: readonly { readonly token: string }[];
}

const anyPorts = ["--port", "0", "--api-port", "0"];
let folder: string;
let running: Running<Line>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "emulate-"));
  const args = [
    "emulate",
    "--json",
    ...anyPorts,
    "--auto-approve",
    "johndoe",
    "--callback-url",
    "http://localhost:3000/cb",
  ];
  running = await startWindlass<Line>(args);
});

afterAll(async () => {
  await running.stop();
  rmSync(folder, { recursive: true });
});

test("--json prints one line with addresses, consumers and people, and auto-approve is said aloud", async () => {
  const { line } = running;
  expect(line.people[0]?.username).toBe("johndoe");
  expect(line.consumers[0]?.callbackUrl).toBe("http://localhost:3000/cb");
  expect(line.people[0]?.apiTokens[0]?.token).toMatch(/^ATATT3x/);
  expect(line.accessTokens[0]?.token).toMatch(/^ATCTT3x/);
  expect((await fetch(`${line.api}/2.0/user`)).status).toBe(401);
  expect((await fetch(`${line.control}/requests`)).status).toBe(200);
  const authorize = `${line.bitbucket}/site/oauth2/authorize?response_type=code&client_id=${line.consumers[0]?.key}`;
  expect((await fetch(authorize, { redirect: "manual" })).headers.get("location")).toMatch(
    "http://localhost:3000/cb?code=",
  );
  expect(running.printed().trimEnd().split("\n")).toHaveLength(2);
  expect(running.printed()).toContain("AUTO-APPROVE IS ON");
});

test("a port that is taken is said in a sentence", async () => {
  const { port } = new URL(running.line.bitbucket);
  const { exitCode, stderr } = await runWindlass(["emulate", "--port", port, "--api-port", "0"]);
  expect([exitCode, stderr]).toEqual([
    1,
    expect.stringContaining(`Port ${port} is taken by another program.`),
  ]);
});

test("wrong use ends with 2 and one line", async () => {
  const seed = join(folder, "seed.json");
  writeFileSync(seed, JSON.stringify({ people: [{ displayName: 3 }], rulez: 1 }));
  for (const [args, words] of [
    [["--port", "many"], "--port"],
    [["--rules", "2024"], "--rules takes today or 2025"],
    [["--rule", "pkceChecked=maybe"], "pkceChecked"],
    [["--repo", folder], "is not a git repository"],
    [["--repo", join(folder, "absent")], "does not exist"],
    [["--seed", join(folder, "absent.json")], "cannot be read"],
    [["--seed", seed], "2 mistakes"],
    [["--auto-approve", "nobody"], 'no person "nobody"'],
    [["--callback-url", "nowhere"], "--callback-url"],
    [["--unknown"], "--unknown"],
    [["--rule", "pkceChecked"], "--rule takes NAME=VALUE"],
    [["--port", "65533", "--data-center-port", "0"], "choose one with --server-port"],
    [["--port", "7990", "--data-center-port", "7990"], "7990 is there twice"],
    [["--cloud-only", "--server-version", "7.17.0"], "--server-version means nothing with --cloud-only"],
    [["--quiet", "--log"], "--quiet and --log say the opposite"],
  ] as const) {
    const { exitCode, stdout, stderr } = await runWindlass(["emulate", ...anyPorts, ...args]);
    expect([exitCode, stdout, stderr.trimEnd().split("\n").length], args.join(" ")).toEqual([2, "", 1]);
    expect(stderr).toContain(words);
  }
});

test("a seed's repositories are found beside its file, and its rules count", async () => {
  const seed = join(folder, "good.json");
  const repositories = [{ path: process.cwd(), slug: "here", private: false }];
  writeFileSync(
    seed,
    JSON.stringify({ workspaces: [{ slug: "w" }], repositories, rules: { bearerChallenge: false } }),
  );
  const seeded = await startWindlass<Line>(["emulate", "--json", ...anyPorts, "--seed", seed]);
  const answer = await fetch(`${seeded.line.api}/2.0/repositories/w/here`);
  expect(answer.status).toBe(200);
  const refused = await fetch(`${seeded.line.api}/2.0/user`, { headers: { authorization: "Bearer x" } });
  expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, null]);
  expect(await seeded.stop()).toBe(0);
});

test("a person is told where the recording is, at the start and at the end, and how much was answered", async () => {
  const file = join(folder, "run.har");
  const shown = await startPrinting(["emulate", ...anyPorts, "--cloud-only", "--record", "run.har"], {
    cwd: folder,
  });
  await expect.poll(() => shown.printed()).toContain(`Recording   ${file}`);
  const [, api = ""] = /API +(\S+)\/2\.0/.exec(shown.printed()) ?? [];
  await fetch(`${api}/2.0/user`);
  expect(await shown.stop()).toBe(0);
  expect(shown.printed()).toMatch(/cloud api {2}GET {5}401 .* \/2\.0\/user\n/);
  expect(shown.printed().endsWith(`1 request answered, recorded in ${file}.\n`)).toBe(true);
});

test("--help has an example, and SIGTERM ends it cleanly", async () => {
  const { exitCode, stdout } = await runWindlass(["emulate", "--help"]);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining("Example: windlass emulate")]);
});
