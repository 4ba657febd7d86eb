/** Who somebody is at a Data Center, and who the others are. */
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

const users = "/rest/api/latest/users";

test("D30: whoami is the name as text, and nothing for nobody", async () => {
  const answer = await john("/plugins/servlet/applinks/whoami");
  expect(answer.headers.get("content-type")).toBe("text/plain;charset=UTF-8");
  expect(await answer.text()).toBe("johndoe");
  const anonymous = await nobody("/plugins/servlet/applinks/whoami");
  expect([anonymous.status, await anonymous.text()]).toEqual([200, ""]);
});

test("D31: application-properties and capabilities answer everybody and name only who is there", async () => {
  for (const path of ["/rest/api/latest/application-properties", "/rest/capabilities"]) {
    const [known, unknown] = [await john(path), await nobody(path)];
    expect([known.status, known.headers.get("x-ausername")], path).toEqual([200, "johndoe"]);
    expect([unknown.status, unknown.headers.get("x-ausername")], path).toEqual([200, null]);
  }
  expect(await bodyOf(nobody("/rest/api/latest/application-properties"))).toEqual({
    version: "9.4.2",
    buildNumber: "9004002",
    buildDate: expect.stringMatching(/^\d{13}$/),
    displayName: "Bitbucket",
  });
});

test("D32: a person is found by slug only, and has a picture only where its size is asked for", async () => {
  expect(await bodyOf(john(`${users}/johndoe`))).toEqual({
    name: "johndoe",
    emailAddress: "user@example.com",
    id: 101,
    displayName: "John Doe",
    active: true,
    slug: "johndoe",
    type: "NORMAL",
    links: { self: [{ href: `${emulator.dataCenter?.url}/users/johndoe` }] },
  });
  expect(await refusalOf(john(`${users}/jane.doe@example.com`))).toEqual([
    404,
    "NoSuchUserException",
    "User jane.doe@example.com does not exist.",
  ]);
  const jane = await bodyOf(john(`${users}/jane.doe_example.com?avatarSize=48`));
  expect([jane.id, jane.name, jane.avatarUrl]).toEqual([
    102,
    "jane.doe@example.com",
    `${emulator.dataCenter?.url}/users/jane.doe_example.com/avatar.png?s=48`,
  ]);
  const { avatarUrl } = await bodyOf(john(`${users}/johndoe?avatarSize=48`));
  expect(avatarUrl).toBe("/bitbucket/users/johndoe/avatar.png?s=48");
  const picture = await fetch(new URL(avatarUrl, emulator.dataCenter?.url));
  expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/svg+xml"]);
  expect((await nobody(`${users}/johndoe`)).status).toBe(401);
});

test("D32: there is one without e-mail, one inactive, one SERVICE", async () => {
  expect(await bodyOf(john(`${users}/nora`))).not.toHaveProperty("emailAddress");
  expect((await bodyOf(john(`${users}/ina`))).active).toBe(false);
  expect((await bodyOf(john(`${users}/build-bot`))).type).toBe("SERVICE");
});

test("D32: the filter is contained in name, display name or e-mail, and near misses come first", async () => {
  const names = async (filter: string) => {
    const { values } = await bodyOf(john(`${users}?filter=${encodeURIComponent(filter)}`));
    return values.map(({ name }: { name: string }) => name);
  };
  expect(await names("JohnDoe")).toEqual(["amy.johndoe", "johndoe"]);
  expect(await names("jane.doe@example.com")).toEqual(["amy.johndoe", "jane.doe@example.com"]);
  expect(await names("nobody at all")).toEqual([]);
  expect((await nobody(users)).status).toBe(401);
});

test("D33: names with @, + and letters beyond ASCII are URL-encoded in X-AUSERNAME", async () => {
  for (const [name, encoded] of [
    ["jane.doe@example.com", "jane.doe%40example.com"],
    ["Zoë+Müller", "Zo%C3%AB%2BM%C3%BCller"],
  ] as const) {
    const answer = await callerAt(dataCenterOf(emulator), name)("/rest/api/latest/application-properties");
    expect(answer.headers.get("x-ausername")).toBe(encoded);
    const { values } = await bodyOf(john(`${users}?filter=${encodeURIComponent(name)}`));
    expect(values.map((person: { name: string }) => person.name)).toContain(name);
  }
  expect((await bodyOf(john(`${users}/zo__m_ller`))).name).toBe("Zoë+Müller");
});

test("a renamed person keeps the id, a re-created one keeps the name", async () => {
  const other = await createEmulator({ server: false });
  const control = (path: string, body: object) =>
    fetch(`${other.urls.control}/people/${path}`, { method: "POST", body: JSON.stringify(body) });
  const renamed = await control("rename", { name: "nora", newName: "nora.new@example.com" });
  expect([renamed.status, await renamed.json()]).toEqual([
    200,
    {
      people: [
        { product: "dataCenter", id: 104, name: "nora.new@example.com", slug: "nora.new_example.com" },
      ],
    },
  ]);
  const call = callerAt(dataCenterOf(other), "johndoe");
  expect((await call(`${users}/nora`)).status).toBe(404);
  expect((await bodyOf(call(`${users}/nora.new_example.com`))).id).toBe(104);

  const recreated = await control("recreate", { name: "jane.doe@example.com" });
  const { people } = (await recreated.json()) as { people: { id: number; slug: string }[] };
  expect(people).toMatchObject([{ slug: "jane.doe_example.com", id: 108 }]);
  const again = await callerAt(dataCenterOf(other), "jane.doe@example.com")("/rest/api/latest/projects/ACME");
  expect([again.status, again.headers.get("x-auserid")]).toEqual([401, "108"]);

  expect((await control("rename", { name: "nobody", newName: "x" })).status).toBe(404);
  expect((await control("rename", { name: "ina", newName: "johndoe" })).status).toBe(409);
  await other.close();
});
