/** A Server that a person sets up: what is kept of it, and what it cannot be turned into later. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { failureOf } from "../failure.ts";
import { expectReadable, openPlace, type Place } from "./credentials-place.ts";

let place: Place;

beforeAll(async () => {
  place = await openPlace({}, { analyses: { callsPerHour: 1 } });
});

afterAll(() => place?.close());

async function begin() {
  const draft = await place.app.serverSetup.begin(place.project.id, "usr_of_the_project");
  const { consumerKey, publicKey } = draft;
  await fetch(`${place.emulator.urls.control}/server/consumers`, {
    method: "POST",
    body: JSON.stringify({ key: consumerKey, publicKey, callbackUrl: "http://localhost:8000/" }),
  });
  return { ...draft, form: { consumerKey, ca: null, keys: null } };
}

test("is gone on with until its form is filled in, connects by its own key, and is listed for its project alone", async () => {
  const { app, project, emulator } = place;
  const first = await begin();
  expect((await app.serverSetup.begin(project.id, "usr_of_the_project")).id).toBe(first.id);
  const listed = async (id: string) => (await app.instances.listFor(id)).map((instance) => instance.id);
  expect(await listed(project.id)).not.toContain(first.id);
  await app.instances.fillLink(first.id, { ...first.form, baseUrl: `${emulator.server?.url}/` });
  expect(await listed(project.id)).toContain(first.id);
  expect(await listed("prj_other")).not.toContain(first.id);
  const connection = await place.connect(first.id);
  expect(connection).toMatchObject({ kind: "oauth1", accountName: "John Doe", instanceId: first.id });
  await expectReadable(place, connection, "ACME/checkout-api");
});

test("keeps its address while a connection holds a credential for it: no token is sent elsewhere", async () => {
  const { app, emulator } = place;
  const { id, form } = await begin();
  const url = emulator.server?.url ?? "";
  await app.instances.fillLink(id, { ...form, baseUrl: url });
  const [token] = emulator.server?.tokens ?? [];
  const connection = await place.enter({
    instanceId: id,
    kind: "http-access-token",
    secret: token?.token ?? "",
  });
  const elsewhere = { ...form, baseUrl: "https://evil.example" };
  expect(await failureOf(app.instances.fillLink(id, elsewhere))).toMatchObject({ code: "instances.in_use" });
  expect((await app.instances.link(id)).baseUrl).toBe(url);
  await app.instances.fillLink(id, { ...form, baseUrl: url, consumerKey: "another-key" });
  await app.connections.disconnect(connection.id);
  expect((await app.instances.fillLink(id, elsewhere)).baseUrl).toBe("https://evil.example");
});

test("a certificate that is none, and an address where nobody answers, are failures of the catalogue", async () => {
  const { app, project } = place;
  const { id, form } = await begin();
  for (const [baseUrl, ca] of [
    ["https://127.0.0.1:9", "-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----"],
    ["http://127.0.0.1:9", null],
  ] as const) {
    await app.instances.fillLink(id, { ...form, baseUrl, ca });
    const trip = { instanceId: id, projectId: project.id, userId: "usr_of_the_project", browserToken: "b" };
    expect((await failureOf(app.connections.begin(trip))).message).toMatch(/\.$/);
  }
});

test("only Cloud counts calls by the hour: a run over a Server does not wait for the next one", async () => {
  const connection = await place.connect("server");
  await expectReadable(place, connection, "ACME/checkout-api");
});

test("a project is understood by the address of its page", async () => {
  const { app, emulator } = place;
  const { id } = await place.connect("data-center");
  const chosen = await app.connections.chooseWorkspace(
    id,
    `${emulator.dataCenter?.url}/projects/ACME/repos/x`,
  );
  expect(chosen.workspaceSlug).toBe("ACME");
});
