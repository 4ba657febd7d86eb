/** What a hand-made flow's guide leaves out, against the emulator: an answer meant for another attempt, and a code met twice. */
import { afterEach, expect, test } from "vitest";
import { openDoor } from "../../src/base/http/door.ts";
import { randomToken } from "../../src/base/random.ts";
import { bearer } from "../../src/bitbucket/api/authorize.ts";
import { createApi } from "../../src/bitbucket/api/client.ts";
import { cloudInstance } from "../../src/bitbucket/cloud.ts";
import { buildAuthorizationUrl, validateCallback } from "../../src/bitbucket/oauth2/authorization.ts";
import { exchangeCode } from "../../src/bitbucket/oauth2/token.ts";
import { fetchProfile } from "../../src/bitbucket/profile/profile.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { consent } from "../emulator/client.ts";

const fetch = openDoor();
const redirectUri = "http://localhost:8000/auth/bitbucket/callback";
const running: Emulator[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

async function start() {
  const emulator = await createEmulator();
  running.push(emulator);
  const { bitbucket, api } = emulator.urls;
  const [{ key, secret } = { key: "", secret: "" }] = emulator.consumers;
  const oauth2 = `${bitbucket}/site/oauth2`;
  const instance = cloudInstance({
    clientId: key,
    clientSecret: secret,
    urls: {
      authorize: `${oauth2}/authorize`,
      token: `${oauth2}/access_token`,
      api: `${api}/2.0`,
      web: bitbucket,
    },
  });
  /** The trip somebody makes with the URL we gave, and where it ends. */
  const travel = async (displayName: string, state: string) => {
    const { searchParams } = new URL(await buildAuthorizationUrl(instance, { redirectUri, state }));
    return (await consent(emulator, displayName, Object.fromEntries(searchParams))).callback;
  };
  return { instance, travel, context: { instance, fetch, clock: emulator.clock } };
}

test("G19: state comes back as it was sent, and a callback with somebody else's state is refused", async () => {
  const { instance, travel, context } = await start();
  const [mine, theirs] = [randomToken(), randomToken()];
  const strangers = await travel("Jane Roe", theirs);
  expect(() => validateCallback(instance, strangers, mine)).toThrow(
    expect.objectContaining({ code: "bitbucket.state_mismatch" }),
  );
  strangers.searchParams.delete("state");
  expect(() => validateCallback(instance, strangers, mine)).toThrow(
    expect.objectContaining({ code: "bitbucket.callback_malformed" }),
  );
  const own = await travel("John Doe", mine);
  expect(own.searchParams.get("state")).toBe(mine);
  const callback = validateCallback(instance, own, mine);
  const { accessToken } = await exchangeCode(context, { callback, redirectUri });
  const api = createApi({ instance, fetch, authorize: bearer(accessToken) });
  expect(await fetchProfile(api, instance.id)).toMatchObject({ username: "johndoe" });
});

test("G19: a reused or expired code is refused, with the advice to begin again", async () => {
  const { instance, travel, context } = await start();
  const trip = async () => validateCallback(instance, await travel("John Doe", "s"), "s");
  const used = await trip();
  await exchangeCode(context, { callback: used, redirectUri });
  const expired = await trip();
  const inTime = await trip();
  const refused = { code: "bitbucket.code_refused", cure: expect.stringContaining("Begin again") };
  await expect(exchangeCode(context, { callback: used, redirectUri })).rejects.toMatchObject(refused);
  await expect(exchangeCode(context, { callback: inTime, redirectUri })).resolves.toBeDefined();
  context.clock.advance(601);
  await expect(exchangeCode(context, { callback: expired, redirectUri })).rejects.toMatchObject(refused);
});
