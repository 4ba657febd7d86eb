import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Running, runWindlass, startWindlass } from "../run-windlass.ts";
import type { EmulateLine } from "./emulator-process.ts";

interface DemoLine extends EmulateLine {
  readonly trace: string;
}

let demo: Running<DemoLine>;
let token: string;
beforeAll(async () => {
  demo = await startWindlass<DemoLine>(["demo", "--json", "--port", "0", "--emulator-port", "0"]);
  token = await automationToken(demo.line);
});
afterAll(() => demo?.stop());

const run = (input: string, env: Record<string, string>, ...args: string[]) =>
  runWindlass(["suspects", "acme/checkout-api", "--api", `${demo.line.api}/2.0`, ...args], { input, env });

test("a stack trace on standard input gives the culprit first, with its reason", async () => {
  const trace = readFileSync(demo.line.trace, "utf8");
  const answer = await run(trace, { BITBUCKET_ACCESS_TOKEN: token });
  expect(answer).toMatchObject({ exitCode: 0, stderr: "" });
  const [first, , reason] = answer.stdout.split("\n");
  expect(first).toContain("Let promotion codes stack");
  expect(reason).toContain("src/cart/discount.ts");

  const { stdout } = await run(trace, { BITBUCKET_ACCESS_TOKEN: token }, "--json");
  const { repository, suspects } = JSON.parse(stdout);
  expect(repository).toBe("acme/checkout-api");
  expect(suspects[0]).toMatchObject({
    hash: expect.stringMatching(/^[0-9a-f]{40}$/),
    reasons: expect.any(Array),
  });
});

test("a text that names no file says so", async () => {
  const { exitCode, stdout } = await run("it just broke", { BITBUCKET_ACCESS_TOKEN: token });
  expect(exitCode).toBe(0);
  expect(stdout).toContain("No file is named in this text");
});

test("no token is wrong use; a token that Bitbucket refuses is a refusal, and neither is printed", async () => {
  expect((await run("x", { BITBUCKET_ACCESS_TOKEN: "" })).exitCode).toBe(2);
  const refused = await run("x", { BITBUCKET_ACCESS_TOKEN: "a-token-nobody-gave" });
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain("[bitbucket.unauthorized]");
  expect(refused.stderr).not.toContain("a-token-nobody-gave");
});

test("the guide from Sentry names that command, and it runs as it stands there", async () => {
  const guide = readFileSync("docs/from-sentry.md", "utf8");
  const [, first = "", line = ""] = /^```sh\n(export .*)\n(.*)\n```$/m.exec(guide) ?? [];
  expect(first).toBe("export BITBUCKET_ACCESS_TOKEN=…");
  const here = line.replace(" < trace.txt", ` --api ${demo.line.api}/2.0 < '${demo.line.trace}'`);
  const env = { ...process.env, BITBUCKET_ACCESS_TOKEN: token };
  const { stdout } = await promisify(execFile)("bash", ["-c", here], { env });
  expect(stdout.split("\n")[0]).toContain("Let promotion codes stack");
});

/** The client_credentials grant of the seed's private consumer. */
async function automationToken({ bitbucket, consumers }: EmulateLine): Promise<string> {
  const [, automation] = consumers;
  const answer = await fetch(`${bitbucket}/site/oauth2/access_token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${automation?.key}:${automation?.secret}`)}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  const body: unknown = await answer.json();
  return (body as { access_token: string }).access_token; // a token answer, RFC 6749 section 5.1
}
