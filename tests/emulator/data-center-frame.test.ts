/** What every answer of a Data Center has, whoever asks for whatever. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { bodyOf, type Call, callerAt, dataCenterOf, refusalOf } from "./data-center.ts";

let emulator: Emulator;
let john: Call;
let nobody: Call;

beforeAll(async () => {
  emulator = await createEmulator();
  john = callerAt(dataCenterOf(emulator), "johndoe");
  nobody = callerAt(dataCenterOf(emulator), null);
});
afterAll(() => emulator.close());

const properties = "/rest/api/latest/application-properties";

test("D1: the Data Center lies below its context path, the Server at the root, each on a port of its own", async () => {
  const { dataCenter, server } = emulator;
  expect(new URL(dataCenter?.url ?? "").pathname).toBe("/bitbucket");
  expect(new URL(server?.url ?? "").pathname).toBe("/");
  const outside = await fetch(new URL(properties, dataCenter?.url));
  expect([outside.status, outside.headers.get("content-type")]).toEqual([404, "text/html;charset=UTF-8"]);
  const { links } = await bodyOf(john("/rest/api/latest/projects/ACME"));
  expect(links.self[0].href).toBe(`${dataCenter?.url}/projects/ACME`);
});

test("D1, D2: version and context path are chosen, either product is left out, and nonsense is refused", async () => {
  const other = await createEmulator({
    dataCenter: { version: "7.6.0", contextPath: "/a/b" },
    server: false,
  });
  expect(new URL(other.dataCenter?.url ?? "").pathname).toBe("/a/b");
  expect(other.server).toBeNull();
  const { version, buildNumber } = await bodyOf(fetch(`${other.dataCenter?.url}${properties}`));
  expect([version, buildNumber]).toEqual(["7.6.0", "7006000"]);
  await other.close();
  await expect(createEmulator({ dataCenter: { version: "new" } })).rejects.toThrow("A version is");
  await expect(createEmulator({ server: { contextPath: "x/" } })).rejects.toThrow("A context path");
});

test("D3: headers on every answer, and who is asking only where somebody is", async () => {
  for (const path of [properties, "/rest/api/latest/projects/NONE", "/nowhere", "/rest/nothing"]) {
    const { headers } = await nobody(path);
    expect(headers.get("x-arequestid"), path).toMatch(/^\*[0-9A-F]{7}x\d+x\d+x\d+$/);
    expect(headers.get("cache-control"), path).toBe("no-cache, no-transform");
    expect(headers.get("vary"), path).toBe("X-AUSERNAME,X-AUSERID,Cookie,Accept-Encoding");
    expect(headers.get("x-content-type-options"), path).toBe("nosniff");
    expect(headers.get("x-ausername"), path).toBeNull();
    expect(headers.get("x-asessionid"), path).toBeNull();
  }
  const { headers } = await john("/rest/api/latest/projects/NONE");
  expect([headers.get("x-auserid"), headers.get("x-ausername")]).toEqual(["101", "johndoe"]);
  expect(headers.get("x-asessionid")).toMatch(/^[0-9a-z]{7}$/);
});

test("D4: REST answers are JSON with an errors array, others are HTML, and guarded pages lead to the login", async () => {
  const unknown = await nobody("/rest/api/latest/nothing");
  expect(unknown.headers.get("content-type")).toBe("application/json;charset=UTF-8");
  expect(await refusalOf(unknown)).toEqual([404, "NotFoundException", expect.any(String)]);
  const page = await nobody("/nowhere");
  expect([page.status, page.headers.get("content-type")]).toEqual([404, "text/html;charset=UTF-8"]);
  const guarded = await nobody("/projects/ACME/settings?x=1");
  expect([guarded.status, guarded.headers.get("location")]).toEqual([
    302,
    `${emulator.dataCenter?.url}/login?next=%2Fprojects%2FACME%2Fsettings%3Fx%3D1`,
  ]);
});

test("D5: latest and 1.0 are the same, other versions are nothing", async () => {
  expect(await bodyOf(john("/rest/api/1.0/projects"))).toEqual(
    await bodyOf(john("/rest/api/latest/projects")),
  );
  expect((await john("/rest/api/2.0/projects")).status).toBe(404);
});

test("D26: who has no right is told 401 AuthorisationException, with their name", async () => {
  const nora = callerAt(dataCenterOf(emulator), "nora");
  const answer = await nora("/rest/api/latest/projects/ACME");
  expect(answer.headers.get("x-ausername")).toBe("nora");
  expect(await refusalOf(answer)).toEqual([
    401,
    "AuthorisationException",
    "You are not permitted to access this resource",
  ]);
  const anonymous = await nobody("/rest/api/latest/projects/ACME");
  expect([anonymous.status, anonymous.headers.get("x-ausername")]).toEqual([401, null]);
  expect(anonymous.headers.get("www-authenticate")).toMatch(/^OAuth realm="http%3A%2F%2F127/);
});

test("D29: a form, or a browser, needs X-Atlassian-Token to change anything by REST", async () => {
  const post = (headers: Record<string, string>) =>
    john("/rest/api/latest/projects", { method: "POST", body: "a=b", headers });
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const refused = await post(form);
  expect([refused.status, await refused.text()]).toEqual([403, "XSRF check failed"]);
  expect((await post({ "content-type": "application/json", "user-agent": "Mozilla/5.0" })).status).toBe(403);
  expect((await post({ ...form, "x-atlassian-token": "no-check" })).status).toBe(405);
  expect((await post({ "content-type": "application/json" })).status).toBe(405);
});

test("faults strike the Data Center alone, in its own form, and the journal says whose port it was", async () => {
  emulator.control.addFault({ path: "*", origin: "dataCenter", kind: "rate-limit", retryAfterSeconds: 7 });
  const server = await fetch(`${emulator.server?.url}${properties}`);
  expect(server.status).toBe(200);
  const limited = await john(properties);
  expect([limited.headers.get("retry-after"), (await refusalOf(limited))[0]]).toEqual(["7", 429]);
  expect((await john(properties)).status).toBe(200);
  const seen = emulator.control.requests().slice(-3);
  expect(seen.map(({ origin, status, person }) => [origin, status, person])).toEqual([
    ["server", 200, null],
    ["dataCenter", 429, null],
    ["dataCenter", 200, "johndoe"],
  ]);
});
