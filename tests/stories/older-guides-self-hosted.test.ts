/** What older guides say of Server and Data Center, put to the local ones; the numbers are rows of docs/older-guides.md. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { basic } from "../emulator/client.ts";

let emulator: Emulator;
let url: string;

beforeAll(async () => {
  emulator = await createEmulator();
  url = emulator.dataCenter?.url ?? "";
});

afterAll(() => emulator.close());

/** GET below the REST API, as a person with a password. */
async function ask(path: string, name: string): Promise<Response> {
  const password = emulator.dataCenter?.people.find((person) => person.name === name)?.password ?? "";
  return fetch(`${url}/rest/api/latest${path}`, { headers: { authorization: basic(name, password) } });
}

test("O48: there is no /user; who one is stands in a header of an answer that everybody gets", async () => {
  expect((await ask("/user", "johndoe")).status).toBe(404);
  const own = await ask("/application-properties", "johndoe");
  expect([own.status, own.headers.get("x-ausername")]).toEqual([200, "johndoe"]);
  const anonymous = await fetch(`${url}/rest/api/latest/application-properties`);
  expect([anonymous.status, anonymous.headers.has("x-ausername")]).toEqual([200, false]);
});

test("O51: the e-mail stands in the person's entry, if anywhere, without a word on its being confirmed", async () => {
  const entry = await (await ask("/users/johndoe", "johndoe")).text();
  expect(JSON.parse(entry)).toMatchObject({ emailAddress: "user@example.com" });
  expect(entry).not.toMatch(/confirmed|verified/i);
  expect(await (await ask("/users/nora", "johndoe")).json()).not.toHaveProperty("emailAddress");
});

test("O52: a person is found by the slug, which is not the name; the id is a number", async () => {
  const name = "jane.doe@example.com";
  expect((await ask(`/users/${encodeURIComponent(name)}`, name)).status).toBe(404);
  expect(await (await ask("/users/jane.doe_example.com", name)).json()).toMatchObject({
    name,
    id: expect.any(Number),
  });
});
