import { expect, test } from "vitest";
import { parseConfig } from "../../src/app/config.ts";
import { silentLog } from "../../src/base/log.ts";
import { openListener } from "../../src/server/listener.ts";
import { startServer } from "../../src/server/start.ts";
import { later } from "../storage/rows.ts";
import { ask, startWith } from "./rig.ts";

const reconnect = { state: "reconnect", state_reason: "vault.rotation_lost" };

test("metrics tell connections by instance, kind and state, what is under way and what is due", async () => {
  const { url } = await startWith([
    { secrets: { asked_at: later(0), lease_owner: "p", lease_expires_at: later(1) } },
    { state: "suspect", state_reason: "vault.suspect", secrets: { asked_at: later(-9) } },
    { secrets: { keep_alive_at: later(-3 * 24 * 60), updated_at: later(-70 * 24 * 60) } },
    { secrets: { former_until: later(60), sealed_former_refresh_token: "sealed-f" } },
    { instance_id: "ins_1", kind: "oauth1" },
    { instance_id: "ins_2", kind: "oauth1" },
    reconnect,
  ]);
  const { status, headers, text } = await ask(`${url}/metrics`);
  expect([status, headers["content-type"]]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  const lines = text.split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      'windlass_connections{bitbucket="bitbucket",kind="oauth2",state="active"} 3',
      'windlass_connections{bitbucket="bitbucket",kind="oauth2",state="suspect"} 1',
      'windlass_connections{bitbucket="bitbucket",kind="oauth2",state="reconnect"} 1',
      'windlass_connections{bitbucket="of-projects",kind="oauth1",state="active"} 2',
      "windlass_vault_leases_held 1",
      "windlass_vault_renewals_interrupted 1",
      "windlass_vault_former_tokens 1",
      "windlass_vault_keep_alives_due 1",
      "windlass_vault_keep_alives_overdue 1",
      `windlass_vault_oldest_token_age_seconds ${70 * 86_400}`,
      `windlass_vault_next_keep_alive_timestamp_seconds ${Date.parse(later(-3 * 24 * 60)) / 1000}`,
      'windlass_data_keys{wrapping_key="kek_1",standing="missing"} 1',
      "windlass_database_up 1",
      "windlass_audit_writable 1",
    ]),
  );
  expect(text).toContain("process_cpu_user_seconds_total");
  for (const secret of ["con_secret-id", "Ada", "sealed-", "consumer-secret", "ins_1"])
    expect(text).not.toContain(secret);
});

test("what is not there is not told as 0", async () => {
  const { url } = await startWith([]);
  const { text } = await ask(`${url}/metrics`);
  expect(text).not.toMatch(/^windlass_vault_(next_keep_alive|oldest|median)\S* /m);
  expect(text).not.toMatch(/^windlass_audit_last_entry\S* /m);
  expect(text).toMatch(/^windlass_vault_leases_held 0$/m);
});

test("the health page says in words what is the matter, what to do, and names nobody", async () => {
  const { url } = await startWith([
    {},
    { ...reconnect },
    { state: "suspended", state_reason: "vault.other_person" },
    { state: "suspect", state_reason: "vault.suspect" },
  ]);
  const { status, headers, text } = await ask(`${url}/health`);
  expect(status).toBe(200);
  expect(headers["content-security-policy"]).toContain("default-src 'none'");
  expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(headers["cache-control"]).toBe("no-store");
  expect(text).toContain("Needs attention");
  expect(text).toContain("1 connection under suspicion");
  expect(text).toContain("1 connected, 1 under suspicion, 1 suspended, 1 to be reconnected");
  expect(text).toContain("a renewal was interrupted after Bitbucket had been asked");
  expect(text).toContain("20 Nov 2026, 08:00 UTC");
  expect(text).not.toMatch(/ style=|<script>|onclick/);
  for (const secret of ["con_secret-id", "Ada", "sealed-", "consumer-secret"])
    expect(text).not.toContain(secret);
});

test("the page's stylesheet comes from the same listener, and nothing else does", async () => {
  const { url } = await startWith([]);
  const { status, headers } = await ask(`${url}/assets/windlass.css`);
  expect([status, headers["content-type"]]).toEqual([200, "text/css; charset=utf-8"]);
  expect(await ask(`${url}/assets/constructor`)).toMatchObject({ status: 404 });
  for (const path of ["/projects", "/api/v1/projects", "/auth/bitbucket/start", "/sign-in"])
    expect(await ask(url + path)).toMatchObject({ status: 404 });
  expect(await ask(url)).toMatchObject({ status: 302, headers: { location: "/health" } });
});

test("JSON has one word for all of it, and an answer a probe understands", async () => {
  const { url } = await startWith([{}]);
  const well = await ask(`${url}/health.json`);
  expect(well.status).toBe(200);
  expect(JSON.parse(well.text)).toMatchObject({
    status: "ok",
    at: "2026-11-20T08:00:00.000Z",
    alarms: [],
    stored: { connections: [{ state: "active", count: 1 }], renewals: { held: 0, interrupted: 0 } },
  });
  const { url: doubtful } = await startWith([{ state: "suspect", state_reason: "vault.suspect" }]);
  const doubt = await ask(`${doubtful}/health.json`);
  expect([doubt.status, JSON.parse(doubt.text).status]).toEqual([200, "attention"]);
  const { url: keyless } = await startWith([{ secrets: {} }]);
  const broken = await ask(`${keyless}/health.json`);
  expect([broken.status, JSON.parse(broken.text).status]).toEqual([503, "broken"]);
});

test("a name from elsewhere that leads here is answered nothing, and nothing is changed by any method", async () => {
  const { url } = await startWith([{}]);
  for (const path of ["/metrics", "/health", "/health.json"]) {
    const answer = await ask(url + path, { host: "evil.example" });
    expect(answer.status).toBe(421);
    expect(answer.text).not.toContain("windlass_");
    expect(await ask(url + path, { host: "localhost:9464" })).toMatchObject({ status: 200 });
    expect(await ask(url + path, { method: "POST" })).toMatchObject({ status: 405 });
    expect(await ask(url + path, { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
  }
});

test("where remote was allowed, any name is answered, and the operator is told", async () => {
  const { url, server } = await startWith([{}], { port: 0, allowRemote: true });
  expect(await ask(`${url}/metrics`, { host: "windlass.internal" })).toMatchObject({ status: 200 });
  expect(server.notices.join("\n")).toContain("there is no login");
});

test("without metrics in the configuration there is no listener, and the people's one has no metrics", async () => {
  const { server } = await startWith([{}], null);
  expect(server.operatorUrl).toBeNull();
  const answer = await ask(`http://127.0.0.1:${server.port}/metrics`, { host: `localhost:${server.port}` });
  expect(answer.text).not.toContain("windlass_connections");
});

test("where its port is taken nothing starts, and nothing stays open", async () => {
  const { url } = await startWith([]);
  const taken = Number(new URL(url).port);
  const listener = await openListener({ host: "127.0.0.1", port: 0 });
  const config = parseConfig({
    database: ":memory:",
    instances: { bitbucket: { clientId: "key", clientSecret: "secret" } },
    metrics: { port: taken },
  });
  await expect(startServer(config, { log: silentLog, listener })).rejects.toMatchObject({
    code: "server.port_taken",
    message: `Port ${taken} is taken by another program.`,
  });
  const again = await openListener({ host: "127.0.0.1", port: listener.port });
  await again.close();
});

test("an address others can reach is refused, unless that is spelled out", () => {
  const with_ = (metrics: object) => ({
    instances: { bitbucket: { clientId: "key", clientSecret: "secret" } },
    metrics,
  });
  for (const host of ["0.0.0.0", "::", "10.0.0.7", "windlass.internal", ""])
    expect(() => parseConfig(with_({ host }))).toThrow(/metrics\.host/);
  for (const host of ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
    expect(parseConfig(with_({ host })).metrics).toEqual({ host, port: 9464, allowRemote: false });
  expect(parseConfig(with_({ host: "0.0.0.0", allowRemote: true })).metrics?.host).toBe("0.0.0.0");
  expect(parseConfig(with_({})).metrics).toEqual({ host: "127.0.0.1", port: 9464, allowRemote: false });
});
