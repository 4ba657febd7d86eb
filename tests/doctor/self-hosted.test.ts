/** The doctor at the emulator's Data Center and Server, and before proxies that get in the way. */
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer as createHttp, type RequestListener, request as send } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { openNodeDoor } from "../../src/base/http/node-door.ts";
import type { Instance } from "../../src/bitbucket/instance.ts";
import { dataCenterInstance, serverInstance } from "../../src/bitbucket/self-hosted.ts";
import { examine } from "../../src/doctor/doctor.ts";
import type { Check, DoctorParts, Finding } from "../../src/doctor/finding.ts";
import { tokenPaths } from "../../src/doctor/self-hosted.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";

const door = openNodeDoor({ deadlineMilliseconds: 5_000, network: { allow: ["127.0.0.0/8", "::1"] } });
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function emulated(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await createEmulator(options);
  ends.push(() => emulator.close());
  return emulator;
}

async function listening(server: Server): Promise<number> {
  ends.push(() => new Promise((done) => server.close(done)));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return (server.address() as AddressInfo).port; // listening on a port
}

async function found(
  emulator: Pick<Emulator, "clock">,
  instance: Instance,
  parts: Partial<DoctorParts> = {},
): Promise<Map<Check, Finding>> {
  const redirectUri = "http://localhost:8000/auth/data-center/callback";
  const findings = await examine({
    instance,
    fetch: door.fetch,
    clock: emulator.clock,
    redirectUri,
    ...parts,
  });
  return new Map(findings.map((finding) => [finding.check, finding]));
}

/** A proxy before `origin` that hides its scheme; what `redirect` names an address for is sent there instead. */
function passing(origin: string, redirect: (path: string) => string | null = () => null): RequestListener {
  return (incoming, response) => {
    const { method, url = "/", headers } = incoming;
    const location = redirect(url);
    if (location !== null) return void response.writeHead(302, { location }).end();
    const { host } = new URL(origin);
    const onward = send(new URL(url, origin), { method, headers: { ...headers, host } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  };
}

const problems = (findings: Map<Check, Finding>) =>
  [...findings.values()].filter(({ verdict }) => verdict === "problem");

/** The seeded link's registration, at the seeded Data Center unless told. */
function linked({ dataCenter }: Emulator, change: Partial<Parameters<typeof dataCenterInstance>[0]> = {}) {
  const [client] = dataCenter?.clients ?? [];
  return dataCenterInstance({
    baseUrl: dataCenter?.url ?? "",
    clientId: client?.clientId,
    clientSecret: client?.clientSecret,
    ...change,
  });
}

const callbackOf = ({ dataCenter }: Emulator) => dataCenter?.clients[0]?.redirectUrl ?? "";

describe("the doctor at a Data Center", () => {
  test("finds nothing wrong with a link that is set up well, and says what is offered", async () => {
    const emulator = await emulated();
    const redirectUri = callbackOf(emulator);
    const findings = await found(emulator, linked(emulator), { redirectUri, scopes: ["REPO_READ"] });
    expect(problems(findings)).toEqual([]);
    expect(findings.get("version")?.sentence).toBe("Bitbucket 9.4.2.");
    expect(findings.get("OAuth")?.sentence).toBe("OAuth 2 and application links (OAuth 1.0a) are offered.");
    expect(findings.get("client id and secret")?.verdict).toBe("fine");
    expect(findings.get("redirect URI")?.verdict).toBe("fine");
    expect(findings.get("scopes")?.verdict).toBe("fine");
    expect(findings.get("HTTP access tokens")?.sentence).toContain("/rest and /scm only");
  });

  test("names a wrong secret without showing it", async () => {
    const emulator = await emulated();
    const findings = await found(emulator, linked(emulator, { clientSecret: "not-the-secret" }));
    expect(findings.get("client id and secret")).toMatchObject({
      verdict: "problem",
      cure: expect.stringContaining("incoming link"),
    });
    expect(JSON.stringify([...findings])).not.toContain("not-the-secret");
  });

  test.each([
    ["the slash", (uri: string) => `${uri}/`, "lacks the slash at the end"],
    [
      "the scheme",
      (uri: string) => uri.replace("http:", "https:"),
      "begins with http:// instead of https://",
    ],
    ["the host", (uri: string) => uri.replace("localhost", "127.0.0.1"), "names another host"],
  ])("names %s of a redirect URI that differs", async (_, change, difference) => {
    const emulator = await emulated();
    const redirectUri = change(callbackOf(emulator));
    const finding = (await found(emulator, linked(emulator), { redirectUri })).get("redirect URI");
    expect(finding).toMatchObject({ verdict: "problem", sentence: expect.stringContaining(difference) });
    expect(finding?.sentence).toContain(callbackOf(emulator));
    expect(finding?.cure).toContain(redirectUri);
  });

  test("names the permissions that are not ticked on the link, and those Data Center calls otherwise", async () => {
    const emulator = await emulated();
    const redirectUri = callbackOf(emulator);
    const scopes = (...wanted: string[]) =>
      found(emulator, linked(emulator), { redirectUri, scopes: wanted }).then((all) => all.get("scopes"));
    expect(await scopes("REPO_READ", "REPO_ADMIN")).toMatchObject({
      verdict: "problem",
      sentence: "The link lacks REPO_ADMIN.",
      cure: expect.stringContaining("“REPO_ADMIN”"),
    });
    expect(await scopes("repository")).toMatchObject({
      verdict: "problem",
      cure: expect.stringContaining("REPO_READ"),
    });
  });

  test("that is too old for OAuth 2 is to be set up as a server", async () => {
    const emulator = await emulated({ dataCenter: { version: "7.19.0" } });
    const instance = linked(emulator, { clientId: "a", clientSecret: "b" });
    const findings = await found(emulator, instance);
    expect(findings.get("version")).toMatchObject({
      verdict: "problem",
      sentence: expect.stringContaining("7.19.0 is too old for OAuth 2"),
      cure: expect.stringContaining("product: server"),
    });
    const withoutLink = linked(emulator, { clientId: "", clientSecret: "" });
    expect(problems(await found(emulator, withoutLink))).toEqual([]);
  });

  test("whose context path was lost is found again", async () => {
    const emulator = await emulated();
    const baseUrl = new URL(emulator.dataCenter?.url ?? "").origin;
    const findings = await found(emulator, linked(emulator, { baseUrl }));
    expect(findings.get("base URL")).toMatchObject({
      verdict: "problem",
      cure: `Set baseUrl to ${baseUrl}/bitbucket: Bitbucket answers there.`,
    });
  });

  test("that asks for a login before it judges has told nothing of redirect URI and scopes", async () => {
    const emulator = await emulated();
    const { origin, pathname } = new URL(emulator.dataCenter?.url ?? "");
    const loginFirst = passing(origin, (path) =>
      path.includes("/authorize?") ? `${pathname}/login?next=${encodeURIComponent(path)}` : null,
    );
    const baseUrl = `http://127.0.0.1:${await listening(createHttp(loginFirst))}${pathname}`;
    const redirectUri = callbackOf(emulator);
    const findings = await found(emulator, linked(emulator, { baseUrl }), {
      redirectUri,
      scopes: ["REPO_READ"],
    });
    expect(findings.get("client id and secret")?.verdict).toBe("fine");
    for (const check of ["redirect URI", "scopes"] as const) {
      expect(findings.get(check)).toMatchObject({
        verdict: "unknown",
        sentence: expect.stringMatching(/^Bitbucket asks for a login first/),
        cure: expect.stringContaining("incoming link"),
      });
    }
  });

  test("that answers with a login page has another address", async () => {
    const emulator = await emulated();
    const page: RequestListener = (_, response) => response.writeHead(302, { location: "/sso/login" }).end();
    const port = await listening(createHttp(page));
    const finding = (await found(emulator, linked(emulator, { baseUrl: `http://127.0.0.1:${port}` }))).get(
      "base URL",
    );
    expect(finding?.sentence).toContain(`a redirect to http://127.0.0.1:${port}/sso/login`);
    expect(finding?.cure).toContain("context path");
  });
});

/** The seeded link's key, at the seeded Server unless told. */
function signed({ server }: Emulator, change: Partial<Parameters<typeof serverInstance>[0]> = {}) {
  const consumer = server?.consumers.find(({ privateKey }) => privateKey);
  return serverInstance({
    baseUrl: server?.url ?? "",
    consumerKey: consumer?.key ?? "",
    privateKey: consumer?.privateKey ?? "",
    ...change,
  });
}

const linkOf = async (
  emulator: Emulator,
  ...call: Parameters<typeof signed> extends [unknown, ...infer Rest] ? Rest : []
) => (await found(emulator, signed(emulator, ...call))).get("application link");

describe("the doctor at a Server", () => {
  test("finds nothing wrong with a link that is set up well", async () => {
    const emulator = await emulated();
    const findings = await found(emulator, signed(emulator));
    expect(problems(findings)).toEqual([]);
    expect(findings.get("application link")?.verdict).toBe("fine");
    expect(findings.get("HTTP access tokens")?.sentence).toContain("at every path");
  });

  test("names a consumer key nobody knows", async () => {
    const finding = await linkOf(await emulated(), { consumerKey: "another" });
    expect(finding).toMatchObject({ verdict: "problem", cure: expect.stringContaining("consumer key") });
  });

  test("names the public key, when the signature is of another pair", async () => {
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    const finding = await linkOf(await emulated(), { privateKey });
    expect(finding).toMatchObject({ verdict: "problem", cure: expect.stringContaining("public key") });
  });

  test("names a clock Bitbucket refuses", async () => {
    const emulator = await emulated();
    const clock = { ...emulator.clock, now: () => new Date(emulator.clock.now().getTime() + 3_600_000) };
    const finding = (await found(emulator, signed(emulator), { clock })).get("clock");
    expect(finding?.verdict).toBe("problem");
    expect(`${finding?.sentence} ${finding?.cure}`).toMatch(/clock/);
  });

  test("names the scheme a proxy hides, as Bitbucket itself sees it", async () => {
    const emulator = await emulated();
    const behind = new URL(emulator.server?.url ?? "");
    const pem = readFileSync(join(import.meta.dirname, "certificates/this-machine.pem"), "utf8");
    const port = await listening(createHttps({ key: pem, cert: pem }, passing(behind.origin)));
    const ca = /-----BEGIN CERTIFICATE-----.*/s.exec(pem)?.[0] ?? null;
    const finding = await linkOf(emulator, { baseUrl: `https://127.0.0.1:${port}`, ca });
    expect(finding?.verdict).toBe("problem");
    const words = `${finding?.sentence} ${finding?.cure}`;
    expect(words).toContain(`http://${behind.host}`);
    expect(words).toContain("https://127.0.0.1");
    expect(words).toMatch(/proxy/i);
  });
});

test.each([
  ["5.4.0", "problem", "came with 5.5"],
  ["8.9.21", "fine", "at every path"],
  ["8.9.22", "fine", "/rest and /scm only"],
  ["8.18.9", "fine", "at every path"],
  ["8.19.11", "fine", "at every path"],
  ["8.19.12", "fine", "/rest and /scm only"],
  ["9.3.1", "fine", "at every path"],
  ["9.3.2", "fine", "/rest and /scm only"],
  ["10.2.0", "fine", "/rest and /scm only"],
])("HTTP access tokens at %s: %s, %s", (version, verdict, words) => {
  expect(tokenPaths(version)).toMatchObject({ verdict, sentence: expect.stringContaining(words) });
});
