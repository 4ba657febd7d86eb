/** A connection at the local Data Center, which kills both old tokens at once and can be told to end an access. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { randomToken } from "../../src/base/random.ts";
import { bearer } from "../../src/bitbucket/api/authorize.ts";
import { openHost } from "../../src/bitbucket/host/open.ts";
import { buildAuthorizationUrl, validateCallback } from "../../src/bitbucket/oauth2/authorization.ts";
import { exchangeCode } from "../../src/bitbucket/oauth2/token.ts";
import { createEmulator } from "../../src/emulator/emulator.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { findSecrets } from "../../src/storage/tables/connection-secrets.ts";
import { findConnection, updateConnection } from "../../src/storage/tables/connections.ts";
import { createKeeper } from "../../src/vault/keeper.ts";
import { createVault } from "../../src/vault/vault.ts";
import { failureOf } from "../failure.ts";
import { findAmong } from "../find-among.ts";
import { apiOf, fetch, instanceOf, redirectUri } from "../flows/data-center-place.ts";
import { testKeyrings } from "../keyrings.ts";
import { silentRecord } from "../silent-record.ts";
import { addConnections } from "./connections.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A vault that holds John Doe's access at a Data Center of its own in `con_1`. */
async function openPlace() {
  const emulator = await createEmulator({ autoApprove: "johndoe" });
  const folder = mkdtempSync(join(tmpdir(), "windlass-vault-"));
  const { clock } = emulator;
  const database = await openDatabase(join(folder, "windlass.db"), { clock });
  closing.push(async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
    await emulator.close();
  });
  const instance = instanceOf(emulator, { id: "bitbucket", scopes: ["REPO_READ"] });
  const log = { info() {}, warn() {}, error() {} };
  const world = {
    database,
    keyrings: testKeyrings(database, clock),
    ...silentRecord(database),
    clock,
    log,
    fetch,
  };
  const vault = createVault({ ...world, instances: findAmong(() => [instance]), leaseSeconds: 2 });
  await addConnections(database, clock.now().toISOString());
  const [state, codeVerifier] = [randomToken(), randomToken()];
  const url = await buildAuthorizationUrl(instance, {
    redirectUri,
    state,
    scopes: ["REPO_READ"],
    codeVerifier,
  });
  const back = (await globalThis.fetch(url, { redirect: "manual" })).headers.get("location") ?? "";
  const callback = validateCallback(instance, new URL(back), state);
  const tokens = await exchangeCode({ instance, fetch, clock }, { callback, redirectUri, codeVerifier });
  const account = await openHost(instance, apiOf(emulator, bearer(tokens.accessToken), instance)).account();
  await updateConnection(database.kysely, "con_1", {
    subject: account.subject,
    updated_at: clock.now().toISOString(),
  });
  await vault.keep("con_1", tokens);
  const works = async (token: string) =>
    openHost(instance, apiOf(emulator, bearer(token), instance))
      .account()
      .then(
        () => true,
        () => false,
      );
  return { emulator, database, world, vault, works, folder, clock };
}

type Place = Awaited<ReturnType<typeof openPlace>>;

const tokenOf = async ({ vault }: Place) =>
  (await vault.token("con_1", { caller: "test" })).accessToken.reveal();
const stateOf = async ({ database }: Place) => {
  const row = await findConnection(database.kysely, "con_1");
  return [row?.state, row?.state_reason];
};
const refreshes = ({ emulator }: Place) =>
  emulator.control.requests().filter(({ grant }) => grant === "refresh_token").length;

test("is renewed before it ends, and whoever asks waits for the new token: the old one is dead", async () => {
  const place = await openPlace();
  const before = await tokenOf(place);
  place.clock.advance(3600 - 200);
  const handed = await Promise.all(Array.from({ length: 50 }, () => tokenOf(place)));
  expect(new Set(handed).size).toBe(1);
  expect(await place.works(handed[0] ?? "")).toBe(true);
  expect(await place.works(before)).toBe(false);
  expect(refreshes(place)).toBe(1);
});

test("H3: when the answer is lost it says so as soon as it is asked again, with the true reason", async () => {
  const place = await openPlace();
  place.clock.advance(3600);
  place.emulator.control.addFault({
    path: "/*/oauth2/latest/token",
    origin: "dataCenter",
    kind: "cut",
    afterWork: true,
  });
  expect((await failureOf(tokenOf(place))).reaction).toBe("unreachable");
  expect(await stateOf(place)).toEqual(["uncertain", "vault.interrupted"]);
  expect((await failureOf(tokenOf(place))).code).toBe("vault.interrupted");
  place.clock.advance(60);
  expect((await failureOf(tokenOf(place))).code).toBe("vault.rotation_lost");
  expect(await stateOf(place)).toEqual(["reconnect", "vault.rotation_lost"]);
});

test("H3: when the request never arrived, nothing is lost", async () => {
  const place = await openPlace();
  place.clock.advance(3600);
  place.emulator.control.addFault({ path: "/*/oauth2/latest/token", origin: "dataCenter", kind: "cut" });
  expect((await failureOf(tokenOf(place))).reaction).toBe("unreachable");
  expect(await stateOf(place)).toEqual(["uncertain", "vault.interrupted"]);
  place.clock.advance(60);
  expect(await place.works(await tokenOf(place))).toBe(true);
  expect(await stateOf(place)).toEqual(["active", null]);
});

test("H5: a Data Center that says that it is not able to leaves the connection as it is", async () => {
  const place = await openPlace();
  place.clock.advance(3600);
  place.emulator.control.addFault({
    path: "/*/oauth2/latest/token",
    origin: "dataCenter",
    kind: "status",
    status: 503,
  });
  expect((await failureOf(tokenOf(place))).code).toBe("bitbucket.unavailable");
  expect(await stateOf(place)).toEqual(["active", null]);
});

test("H9: nobody uses it for a year, and it still works", async () => {
  const place = await openPlace();
  const keeper = createKeeper({ ...place.world, vault: place.vault });
  for (let day = 0; day < 365; day++) {
    place.clock.advance(86_400);
    await keeper.round();
  }
  expect(await place.works(await tokenOf(place))).toBe(true);
  expect(refreshes(place)).toBeLessThan(20);
});

test("H13: disconnecting ends the access at Bitbucket too, and leaves no sealed byte in any file", async () => {
  const place = await openPlace();
  const token = await tokenOf(place);
  const row = await findSecrets(place.database.kysely, "con_1");
  // The first part of a JWE, its header, begins alike in all.
  const ciphertext = (jwe: string | null | undefined) => jwe?.split(".")[3] ?? "nothing";
  const sealed = [ciphertext(row?.sealed_access_token), ciphertext(row?.sealed_refresh_token)];
  const files = () => readdirSync(place.folder).map((name) => readFileSync(join(place.folder, name)));
  for (const text of sealed) expect(files().some((bytes) => bytes.includes(text))).toBe(true);

  expect(await place.vault.forget("con_1")).toBe("revoked");
  expect(await place.works(token)).toBe(false);
  expect((await failureOf(tokenOf(place))).code).toBe("vault.disconnected");
  expect(await stateOf(place)).toEqual(["disconnected", null]);
  for (const text of sealed) {
    for (let at = 0; at + 24 < text.length; at += 24)
      expect(files().some((bytes) => bytes.includes(text.slice(at, at + 24)))).toBe(false);
  }
});

test("H13: a Bitbucket that does not answer keeps nobody from disconnecting", async () => {
  const place = await openPlace();
  place.emulator.control.addFault({
    path: "/*/oauth2/latest/revoke",
    kind: "status",
    status: 503,
    count: 0,
  });
  expect(await place.vault.forget("con_1")).toBe("failed");
  expect((await failureOf(tokenOf(place))).code).toBe("vault.disconnected");
});
