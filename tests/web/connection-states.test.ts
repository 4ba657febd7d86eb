import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { newId } from "../../src/base/random.ts";
import { openDatabase } from "../../src/storage/database.ts";
import type { ConnectionSecretsTable, ConnectionsTable } from "../../src/storage/schema.ts";
import { insertSecrets } from "../../src/storage/tables/connection-secrets.ts";
import { insertConnection } from "../../src/storage/tables/connections.ts";
import { insertDataKey } from "../../src/storage/tables/data-keys.ts";
import { vaultErrors } from "../../src/vault/errors.ts";
import { connection, dataKey, secrets } from "../storage/rows.ts";
import { configFor, openRig } from "./rig.ts";

/** The project's page with one connection in this state, and the minute `retryMinutes` from now on our clock. */
async function pageOf(
  row: Partial<ConnectionsTable>,
  held?: Partial<ConnectionSecretsTable> & { readonly retryMinutes?: number },
) {
  const folder = mkdtempSync(join(tmpdir(), "windlass-states-"));
  const database = join(folder, "windlass.db");
  const rig = await openRig({ config: (emulator) => configFor(emulator, { database }) });
  const { kysely, close } = await openDatabase(database, { clock: rig.emulator.clock });
  onTestFinished(async () => {
    await close();
    await rig.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const person = await rig.signedIn("John Doe");
  const user = await kysely.selectFrom("users").select("id").executeTakeFirstOrThrow();
  const project = await rig.app.projects.create({ name: "Shop", userId: user.id });
  const id = newId("con");
  await insertConnection(kysely, { ...connection, id, project_id: project.id, ...row });
  const { retryMinutes = 0, ...columns } = held ?? {};
  const retryAt = new Date(rig.emulator.clock.now().getTime() + retryMinutes * 60_000);
  if (held !== undefined) {
    await insertDataKey(kysely, { ...dataKey, project_id: project.id });
    const retry_at = retryAt.toISOString();
    await insertSecrets(kysely, { ...secrets, connection_id: id, failures: 1, retry_at, ...columns });
  }
  const text = (await person.open(`/projects/${project.id}`)).text;
  return { text, minute: `${retryAt.toISOString().slice(11, 16)} UTC` };
}

const { entries } = vaultErrors;
const escaped = (text: string) => text.replaceAll("'", "&#39;");

test("a suspect says that Bitbucket refused, and when it is asked again", async () => {
  const { text, minute } = await pageOf(
    { state: "suspect", state_reason: "vault.suspect" },
    { retryMinutes: 3 },
  );
  expect(text).toContain("Checking");
  expect(text).toContain(escaped(entries["vault.suspect"].message));
  expect(text).toContain(escaped(entries["vault.suspect"].cure));
  expect(text).toMatch(new RegExp(`asked again at <time[^>]*>${minute}</time>`));
});

test("an interrupted renewal says that it is being found out", async () => {
  const { text } = await pageOf({ state: "uncertain", state_reason: "vault.interrupted" });
  expect(text).toContain(escaped(entries["vault.interrupted"].message));
  expect(text).toContain(escaped(entries["vault.interrupted"].cure));
  expect(text).not.toContain("asked again at");
});

test("another person's token says so, and the one button reconnects", async () => {
  const { text } = await pageOf({ state: "suspended", state_reason: "vault.other_person" });
  expect(text).toContain("Suspended");
  expect(text).toContain(escaped(entries["vault.other_person"].message));
  expect(text).toContain(escaped(entries["vault.other_person"].cure));
  expect(text).toMatch(/<button class="button primary"><span>Reconnect<\/span>/);
});

test("a lost rotation is told as what it is, not as a revocation", async () => {
  const { text } = await pageOf({ state: "reconnect", state_reason: "vault.rotation_lost" });
  expect(text).toContain(escaped(entries["vault.rotation_lost"].message));
  expect(text).not.toContain("it was revoked there, or it ran out");
  expect(text).toMatch(/<button class="button primary"><span>Reconnect<\/span>/);
});

test("a reason no catalogue knows is told as the state's own", async () => {
  const { text } = await pageOf({ state: "suspended", state_reason: "constructor" });
  expect(text).toContain(escaped(entries["vault.suspended"].message));
});

test("a connection that works says nothing, until its renewal fails", async () => {
  const well = await pageOf({}, { failures: 0, retry_at: null });
  expect(well.text).toContain("Connected");
  expect(well.text).not.toContain("could not be renewed");
  const { text, minute } = await pageOf({}, { retryMinutes: 7 });
  expect(text).toContain("could not be renewed yet");
  expect(text).toContain("Nothing has to be done");
  expect(text).toContain(minute);
});
