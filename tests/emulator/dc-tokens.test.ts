/** HTTP access tokens, Basic, CAPTCHA and what happens to credentials that are none. Numbers D… are those of the facts. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { repository } from "../../src/emulator/build/repository.ts";
import { commit } from "../../src/emulator/build/steps.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { bodyOf, callerAt, dataCenterOf, refusalOf } from "./data-center.ts";
import { personAtDataCenter } from "./dc-person.ts";

interface MadeToken {
  readonly id: string;
  readonly token: string;
}

const properties = "/rest/api/latest/application-properties";
const projects = "/rest/api/latest/projects";
let emulator: Emulator;

beforeAll(async () => {
  emulator = await createEmulator();
});

afterAll(() => emulator.close());

/** GET with an Authorization header of one's own, or with none. */
function get(path: string, authorization: string | null, there = emulator): Promise<Response> {
  return fetch(`${dataCenterOf(there).url}${path}`, {
    redirect: "manual",
    headers: authorization === null ? {} : { authorization },
  });
}

const bearer = (token: string) => `Bearer ${token}`;
const basic = (name: string, password: string) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;

async function make(given: Readonly<Record<string, unknown>>, there = emulator): Promise<MadeToken> {
  const answer = await fetch(`${there.urls.control}/data-center/tokens`, {
    method: "POST",
    body: JSON.stringify({ permissions: ["REPO_READ"], ...given }),
  });
  if (answer.status !== 201) throw new Error(await answer.text());
  return (await answer.json()) as MadeToken; // what the control call documents
}

async function switched<Result>(
  options: EmulatorOptions,
  use: (there: Emulator) => Promise<Result>,
): Promise<Result> {
  const there = await createEmulator(options);
  try {
    return await use(there);
  } finally {
    await there.close();
  }
}

function password(name: string, there = emulator): string {
  return dataCenterOf(there).people.find((person) => person.name === name)?.password ?? "";
}

test("D24: the seeded token of John works as Bearer, and as the password of Basic beside his name", async () => {
  const [seeded] = dataCenterOf(emulator).tokens;
  expect(seeded).toMatchObject({ person: "johndoe", permissions: ["REPO_READ", "PROJECT_READ"] });
  for (const header of [bearer(seeded?.token ?? ""), basic("johndoe", seeded?.token ?? "")]) {
    const answer = await get(projects, header);
    expect([answer.status, answer.headers.get("x-ausername")]).toEqual([200, "johndoe"]);
  }
  expect((await get(projects, basic("nora", seeded?.token ?? ""))).status).toBe(401);
});

test("D24: a project's and a repository's token act where they belong, and are no one's password", async () => {
  const { token } = await make({ project: "ACME", permissions: ["PROJECT_READ"] });
  expect((await get(`${projects}/ACME`, bearer(token))).status).toBe(200);
  expect((await get(`${projects}/GLOBEX`, bearer(token))).status).toBe(401);
  expect((await get(projects, basic("johndoe", token))).status).toBe(401);
});

test("D24: since 9.3.2 a token works on /rest and /scm only: elsewhere Bearer leads to the login, Basic is 401", async () => {
  const { token } = await make({ person: "johndoe" });
  const whoami = "/plugins/servlet/applinks/whoami";
  const lead = await get(whoami, bearer(token));
  expect(lead.status).toBe(302);
  expect(lead.headers.get("location")).toContain("/bitbucket/login?next=");
  expect((await get(whoami, basic("johndoe", token))).status).toBe(401);
  for (const [version, status] of [
    ["8.9.21", 200],
    ["8.9.22", 302],
    ["8.19.11", 200],
    ["8.19.12", 302],
    ["9.3.1", 200],
    ["10.2.0", 302],
  ] as const)
    await switched({ dataCenter: { version } }, async (there) => {
      const made = await make({ person: "johndoe" }, there);
      expect((await get(whoami, bearer(made.token), there)).status, version).toBe(status);
      expect((await get(projects, bearer(made.token), there)).status).toBe(200);
    });
});

test("D24: a token ends when it expires or is revoked", async () => {
  const { token } = await make({ person: "johndoe", expiryDays: 1 });
  expect((await get(projects, bearer(token))).status).toBe(200);
  emulator.clock.advance(86_401);
  expect((await get(projects, bearer(token))).status).toBe(401);
  const other = await make({ person: "johndoe" });
  await fetch(`${emulator.urls.control}/data-center/tokens/${other.id}`, { method: "DELETE" });
  expect((await get(projects, bearer(other.token))).status).toBe(401);
});

test("D24: tokens are made, listed and revoked by REST; the secret is told once", async () => {
  const john = callerAt(dataCenterOf(emulator), "johndoe");
  const path = "/rest/access-tokens/latest/users/johndoe";
  const put = (body: object, where = path) =>
    john(where, {
      method: "PUT",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
  const made = await bodyOf(put({ name: "ci", permissions: ["REPO_READ", "PROJECT_READ"], expiryDays: 90 }));
  expect(made).toMatchObject({
    ...{ id: expect.stringMatching(/^\d{12}$/), name: "ci", permissions: ["REPO_READ", "PROJECT_READ"] },
    ...{ createdDate: expect.any(Number), user: { name: "johndoe" }, token: expect.any(String) },
  });
  expect(Buffer.from(made.token, "base64").toString("latin1")).toMatch(/^\d{12}:/);
  expect((await get(projects, bearer(made.token))).status).toBe(200);
  const listed = await bodyOf(john(path));
  expect(listed.values.map(({ name }: { name: string }) => name)).toContain("ci");
  expect(JSON.stringify(listed)).not.toContain(made.token);
  expect((await bodyOf(john(`${path}/${made.id}`))).name).toBe("ci");
  expect((await john(`${path}/${made.id}`, { method: "DELETE" })).status).toBe(204);
  expect((await john(`${path}/${made.id}`, { method: "DELETE" })).status).toBe(404);
  expect((await get(projects, bearer(made.token))).status).toBe(401);
  const ofProject = await put(
    { name: "p", permissions: ["PROJECT_READ"] },
    "/rest/access-tokens/1.0/projects/ACME",
  );
  expect(ofProject.status).toBe(200);
});

test.each(["projects/ACME", "projects/ACME/repos/w", "users/johndoe"])(
  "D24: tokens of %s are made, listed, read, renamed and revoked by REST",
  async (place) => {
    await using there = await createEmulator({ repositories: [repository("acme/w", [commit()])] });
    const john = callerAt(dataCenterOf(there), "johndoe");
    const path = `/rest/access-tokens/latest/${place}`;
    const send = (method: string, where: string, body: object) =>
      john(where, { method, body: JSON.stringify(body), headers: { "content-type": "application/json" } });
    const made = await bodyOf(send("PUT", path, { name: "one", permissions: ["REPO_READ"] }));
    const ids = async () => (await bodyOf(john(path))).values.map(({ id }: { id: string }) => id);
    expect(await ids()).toContain(made.id);
    expect(await bodyOf(john(`${path}/${made.id}`))).toMatchObject({ name: "one" });
    expect((await send("POST", `${path}/${made.id}`, { name: "two" })).status).toBe(200);
    expect(await bodyOf(john(`${path}/${made.id}`))).toMatchObject({ name: "two" });
    expect((await john(`${path}/${made.id}`, { method: "DELETE" })).status).toBe(204);
    expect(await ids()).not.toContain(made.id);
  },
);

test("D24: what is wrong with a token that is asked for is 400 by field; strangers are 401, nobody 404", async () => {
  const john = callerAt(dataCenterOf(emulator), "johndoe");
  const path = "/rest/access-tokens/latest/users/johndoe";
  const put = (by: typeof john, where: string, body: object) =>
    by(where, { method: "PUT", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  for (const body of [
    {},
    { name: "x" },
    { name: "x", permissions: ["EVERYTHING"] },
    { name: "x", permissions: ["REPO_READ"], expiryDays: 0 },
  ])
    expect((await put(john, path, body)).status, JSON.stringify(body)).toBe(400);
  const fine = { name: "x", permissions: ["REPO_READ"] };
  const nora = callerAt(dataCenterOf(emulator), "nora");
  expect((await put(nora, path, fine)).status).toBe(401);
  expect((await put(nora, "/rest/access-tokens/latest/projects/ACME", fine)).status).toBe(401);
  expect((await put(callerAt(dataCenterOf(emulator), null), path, fine)).status).toBe(401);
  expect((await put(john, "/rest/access-tokens/latest/users/nobody", fine)).status).toBe(404);
  expect((await put(callerAt(dataCenterOf(emulator), "admin"), path, fine)).status).toBe(200);
  const { token } = await make({ person: "johndoe", permissions: ["PROJECT_ADMIN", "REPO_ADMIN"] });
  expect((await get(path, bearer(token))).status).toBe(401);
});

test("D25: a wrong password is 401 IncorrectPassword…, and nobody is named", async () => {
  for (const header of [basic("janeless", "x"), basic("ina", password("ina")), "Basic x"]) {
    const answer = await get(projects, header);
    expect(answer.headers.get("x-ausername")).toBeNull();
    expect((await refusalOf(answer)).slice(0, 2)).toEqual([401, "IncorrectPasswordAuthenticationException"]);
  }
});

test("D25: a bad Bearer is 401 on a public resource too; a switch makes it nobody", async () => {
  expect((await refusalOf(get(properties, bearer("nonsense")))).slice(0, 2)).toEqual([
    401,
    "IncorrectPasswordAuthenticationException",
  ]);
  await switched({ dataCenterRules: { badBearer: "anonymous" } }, async (there) => {
    const answer = await get(properties, bearer("nonsense"), there);
    expect([answer.status, answer.headers.get("x-ausername")]).toEqual([200, null]);
  });
  const whoami = await get("/plugins/servlet/applinks/whoami", bearer("nonsense"));
  expect([whoami.status, await whoami.text()]).toEqual([200, ""]);
});

test("D25: after five failures even the right password needs a CAPTCHA, until an administrator or a browser clears it", async () => {
  const fail = async () => {
    for (let count = 0; count < 5; count += 1)
      expect((await get(projects, basic("johndoe", "wrong"))).status).toBe(401);
  };
  await fail();
  const right = basic("johndoe", password("johndoe"));
  const refused = await get(projects, right);
  expect(refused.headers.get("x-authentication-denied-reason")).toBe(
    `CAPTCHA_CHALLENGE; login-url=${dataCenterOf(emulator).url}/login`,
  );
  expect((await refusalOf(refused)).slice(0, 2)).toEqual([403, "CaptchaRequiredAuthenticationException"]);
  const captcha = "/rest/api/latest/admin/users/captcha?name=johndoe";
  const remove = { method: "DELETE", headers: { "X-Atlassian-Token": "no-check" } };
  expect((await callerAt(dataCenterOf(emulator), "nora")(captcha, remove)).status).toBe(401);
  expect((await callerAt(dataCenterOf(emulator), "admin")(captcha, remove)).status).toBe(204);
  expect((await get(projects, right)).status).toBe(200);

  await fail();
  const john = personAtDataCenter(dataCenterOf(emulator).url);
  const fields = [
    ["j_username", "johndoe"],
    ["j_password", password("johndoe")],
  ] as const;
  const asked = await john.fillIn("/login", fields);
  expect([asked.status, (await asked.text()).includes('name="captcha"')]).toEqual([401, true]);
  expect((await john.fillIn("/login", [...fields, ["captcha", "bucket"]])).status).toBe(303);
  expect((await get(projects, right)).status).toBe(200);
});

test("D25: how many failures, which status and whether the header comes are switches", async () => {
  const rules = { captchaAfter: 1, captchaStatus: 401, captchaHeader: false } as const;
  await switched({ dataCenterRules: rules }, async (there) => {
    await get(projects, basic("johndoe", "wrong"), there);
    const answer = await get(projects, basic("johndoe", password("johndoe", there)), there);
    expect([answer.status, answer.headers.get("x-authentication-denied-reason")]).toEqual([401, null]);
  });
});

test("D27: Basic can be switched off for passwords, with either status; tokens go on", async () => {
  for (const basicOffStatus of [401, 403] as const)
    await switched({ dataCenterRules: { basicOff: true, basicOffStatus } }, async (there) => {
      const right = basic("johndoe", password("johndoe", there));
      expect((await get(projects, right, there)).status).toBe(basicOffStatus);
      const { token } = await make({ person: "johndoe" }, there);
      expect((await get(projects, basic("johndoe", token), there)).status).toBe(200);
    });
});

test("a token's text begins with what the switch says", async () => {
  await switched({ dataCenterRules: { tokenPrefix: "BBDC-" } }, async (there) => {
    expect((await make({ person: "johndoe" }, there)).token).toMatch(/^BBDC-/);
  });
});
