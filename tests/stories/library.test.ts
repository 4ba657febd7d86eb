/** The library: somebody installs the packed tarball in an empty folder and writes ten lines. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installPackage } from "../../tools/package.ts";
import { addConsumerByHand, type LocalBitbucket, startLocalBitbucket } from "./emulator-process.ts";

const run = promisify(execFile);

let emulator: LocalBitbucket;
let folder: string;

/** The ten lines, as the README shows them; the environment says which Bitbucket it is. */
const tenLines = `
import { bitbucketProvider } from "windlass/bitbucket";

const { KEY, SECRET, WEB, API, CALLBACK } = process.env;
const urls = { authorize: WEB + "/site/oauth2/authorize", token: WEB + "/site/oauth2/access_token", api: API + "/2.0", web: WEB };
const provider = bitbucketProvider({ clientId: KEY, clientSecret: SECRET, urls });
const url = await provider.getAuthorizationUrl({ redirectUri: CALLBACK, state: "random-state-token" });
const back = new URL((await fetch(url, { redirect: "manual" })).headers.get("location"));
const tokens = await provider.exchangeCode({ code: back.searchParams.get("code"), redirectUri: CALLBACK });
console.log(JSON.stringify(await provider.getUserInfo(tokens.accessToken)));
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "windlass-library-"));
  emulator = await startLocalBitbucket("--auto-approve", "johndoe");
  await installPackage(folder);
  await writeFile(join(folder, "ten-lines.js"), tenLines);
}, 300_000);

afterAll(async () => {
  await emulator?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

async function runTenLines(consumer: { key: string; secret: string }): Promise<unknown> {
  const { stdout } = await run(process.execPath, ["ten-lines.js"], {
    cwd: folder,
    env: {
      ...process.env,
      KEY: consumer.key,
      SECRET: consumer.secret,
      WEB: emulator.bitbucket,
      API: emulator.api,
      CALLBACK: emulator.consumer.callbackUrl,
    },
  });
  return JSON.parse(stdout);
}

test("G1, G6, G9, G11, G14, G15: ten lines on the packed tarball give johndoe's profile", async () => {
  const profile = await runTenLines(emulator.consumer);
  expect(profile).toEqual({
    instance: "bitbucket",
    id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    accountId: expect.stringMatching(/\S/),
    email: "user@example.com",
    emailVerified: true,
    emailStanding: "confirmed",
    emails: [{ email: "user@example.com", isPrimary: true, isConfirmed: true }],
    username: "johndoe",
    nickname: "John",
    displayName: "John Doe",
    firstName: "John",
    lastName: "Doe",
    avatarUrl: `${emulator.bitbucket}/account/johndoe/avatar/`,
    profileUrl: `${emulator.bitbucket}/johndoe/`,
    raw: expect.objectContaining({ type: "user", username: "johndoe", is_staff: false }),
  });
});

test("G4, G18: with the e-mail tick off the profile still comes, its e-mail null with the reason", async () => {
  const consumer = await addConsumerByHand(emulator, {
    name: "No e-mail tick",
    callbackUrl: emulator.consumer.callbackUrl,
    scopes: ["account"],
  });
  const profile = await runTenLines(consumer);
  expect(profile).toMatchObject({
    username: "johndoe",
    email: null,
    emailVerified: false,
    emails: [],
    emailMissingReason: expect.stringContaining("email"),
  });
});

test("every entry of the package can be imported from the tarball", async () => {
  const entries = ["windlass", "windlass/bitbucket", "windlass/suspects", "windlass/emulator"];
  const script = `for (const name of ${JSON.stringify(entries)}) console.log(name, Object.keys(await import(name)).length > 0);`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder });
  expect(stdout.trim().split("\n")).toEqual(entries.map((name) => `${name} true`));
});
