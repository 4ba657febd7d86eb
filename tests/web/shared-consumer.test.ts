/** Who may connect as the operator's own consumer, which sees its workspace whoever asks: nobody, unless the operator says so. */
import { expect, test } from "vitest";
import type { Emulator } from "../../src/emulator/emulator.ts";
import { failureOf } from "../failure.ts";
import { configFor, openRig } from "./rig.ts";
import { idOf, makeProject } from "./world.ts";

/** The consumer that may use client_credentials. */
function privateConsumer(emulator: Emulator, sharesConsumer?: boolean) {
  const { bitbucket } = configFor(emulator).instances;
  if (bitbucket?.product !== "cloud") throw new Error("the configuration of a rig is one of Cloud");
  const [, consumer] = emulator.consumers;
  const { key: clientId = "", secret: clientSecret = "" } = consumer ?? {};
  const cloud = { clientId, clientSecret, scopes: ["account"], urls: bitbucket.urls };
  const shared = sharesConsumer === undefined ? {} : { sharesConsumer };
  return configFor(emulator, { instances: { bitbucket: { ...cloud, ...shared } } });
}

test("a stranger cannot read the consumer's workspace through it", async () => {
  const rig = await openRig({ config: (emulator) => privateConsumer(emulator) });
  const sam = await rig.signedIn("Sam Solo");
  const project = (await makeProject(sam, "Curious")).url.pathname;
  const choose = await sam.open(`${project}/connect`);
  expect(choose.text).not.toContain("/connect/bitbucket/client-credentials");
  const path = `${project}/connect/bitbucket/client-credentials`;
  expect((await sam.open(path)).status).toBe(404);
  expect((await sam.submit(choose, path)).status).toBe(404);
  const asked = rig.app.connections.connectAsConsumer({ instanceId: "bitbucket", projectId: idOf(project) });
  expect(await failureOf(asked)).toMatchObject({ code: "connections.kind_not_offered" });
  expect(rig.emulator.control.requests().filter(({ grant }) => grant === "client_credentials")).toEqual([]);
  await rig.close();
});

test("where the operator shares it, everybody who may sign in can", async () => {
  const rig = await openRig({ config: (emulator) => privateConsumer(emulator, true) });
  const sam = await rig.signedIn("Sam Solo");
  const project = (await makeProject(sam, "Together")).url.pathname;
  const form = await sam.open(`${project}/connect/bitbucket/client-credentials`);
  const wizard = await sam.submit(form, form.url.pathname);
  expect(wizard.url.pathname).toMatch(/\/repositories$/);
  await rig.close();
});
