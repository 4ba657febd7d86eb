/** TLS as the doctor meets it: a real https server with certificates nobody trusts by itself. */
import { readFileSync } from "node:fs";
import { createServer as createHttp, type Server as HttpServer } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { openNodeDoor } from "../../src/base/http/node-door.ts";
import { cloudInstance } from "../../src/bitbucket/cloud.ts";
import { dataCenterInstance } from "../../src/bitbucket/self-hosted.ts";
import { examine } from "../../src/doctor/doctor.ts";
import type { Check, Finding } from "../../src/doctor/finding.ts";

const door = openNodeDoor({ deadlineMilliseconds: 5_000, network: { allow: ["127.0.0.0/8", "::1"] } });
const servers: (Server | HttpServer)[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

const pem = (name: string) => readFileSync(join(import.meta.dirname, "certificates", `${name}.pem`), "utf8");

/** The certificate alone, as an operator gives it. */
const certificate = (name: string) => /-----BEGIN CERTIFICATE-----.*/s.exec(pem(name))?.[0] ?? "";

const properties = { version: "9.4.2", buildNumber: "9004002", displayName: "Bitbucket" };

async function serve(name: string): Promise<string> {
  const server = createServer({ key: pem(name), cert: certificate(name) }, (_, response) => {
    response.setHeader("content-type", "application/json").end(JSON.stringify(properties));
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`; // listening on a port
}

async function found(baseUrl: string, ca: string | null = null): Promise<Map<Check, Finding>> {
  const instance = dataCenterInstance({ baseUrl, ca });
  const redirectUri = "http://localhost:8000/auth/data-center/callback";
  const findings = await examine({ instance, fetch: door.fetch, clock: systemClock(), redirectUri });
  return new Map(findings.map((finding) => [finding.check, finding]));
}

test("a self-signed certificate asks for the instance's ca, and never to switch verification off", async () => {
  const findings = await found(await serve("this-machine"));
  expect([...findings.keys()]).toEqual(["TLS"]);
  expect(findings.get("TLS")).toMatchObject({
    verdict: "problem",
    sentence: expect.stringContaining("nobody this machine trusts"),
    cure: expect.stringContaining("“ca”"),
  });
  expect(JSON.stringify([...findings])).not.toMatch(/verif|rejectUnauthorized|insecure/i);
});

test("with that certificate as its ca, everything is fine and the version is read", async () => {
  const findings = await found(await serve("this-machine"), certificate("this-machine"));
  expect(findings.get("TLS")).toMatchObject({
    verdict: "fine",
    sentence: expect.stringContaining("given ca"),
  });
  expect(findings.get("version")).toMatchObject({ verdict: "fine", sentence: "Bitbucket 9.4.2." });
});

test("another ca than the one that signed is told apart from none", async () => {
  const finding = (await found(await serve("this-machine"), certificate("elsewhere"))).get("TLS");
  expect(finding?.cure).toContain("is not the one that signed");
});

test.each([
  ["elsewhere", "is made out for another name than 127.0.0.1", "name"],
  ["expired", "has expired", "renewed"],
])("a trusted certificate that is wrong (%s) is named", async (name, sentence, cure) => {
  const finding = (await found(await serve(name), certificate(name))).get("TLS");
  expect(finding).toMatchObject({ verdict: "problem", sentence: expect.stringContaining(sentence) });
  expect(finding?.cure).toContain(cure);
});

test("a port that speaks plain http is named", async () => {
  const server = createHttp((_, response) => response.end());
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo; // listening on a port
  const finding = (await found(`https://127.0.0.1:${port}`)).get("TLS");
  expect(finding).toMatchObject({
    verdict: "problem",
    sentence: expect.stringContaining("does not speak TLS"),
  });
});

test("an address of a network that is not called is named, with what would allow it", async () => {
  const strict = openNodeDoor();
  const instance = dataCenterInstance({ baseUrl: "https://10.1.2.3:7990" });
  const redirectUri = "http://localhost:8000/auth/data-center/callback";
  const findings = await examine({ instance, fetch: strict.fetch, clock: systemClock(), redirectUri });
  await strict.close();
  expect(findings).toMatchObject([
    {
      check: "reachable",
      verdict: "problem",
      sentence: expect.stringContaining('10.1.2.3 (private); to allow it, network.allow: ["10.1.2.3"]'),
      cure: expect.stringContaining("network.allow"),
    },
  ]);
});

test("a certificate nobody trusts before Cloud is a proxy's, and goes into NODE_EXTRA_CA_CERTS", async () => {
  const url = await serve("this-machine");
  const urls = { authorize: url, token: url, api: url, web: url };
  const instance = cloudInstance({ clientId: "key", clientSecret: "secret", urls });
  const redirectUri = "http://localhost:8000/auth/bitbucket/callback";
  const findings = await examine({ instance, fetch: door.fetch, clock: systemClock(), redirectUri });
  expect(findings).toMatchObject([
    { check: "TLS", verdict: "problem", cure: expect.stringContaining("NODE_EXTRA_CA_CERTS") },
  ]);
});
