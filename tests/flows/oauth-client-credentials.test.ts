/** Access for a consumer itself, against the emulator: what it is, what it is not, and who is refused it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import { bearer } from "../../src/bitbucket/api/authorize.ts";
import { createApi } from "../../src/bitbucket/api/client.ts";
import { openHost } from "../../src/bitbucket/host/open.ts";
import { requestClientCredentials } from "../../src/bitbucket/oauth2/token.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { failureOf } from "../failure.ts";
import { fetch } from "./data-center-place.ts";
import { instanceAt } from "./house.ts";

let emulator: Emulator;

beforeAll(async () => {
  const consumer = {
    workspace: "w",
    callbackUrl: "http://localhost:8000/auth/bitbucket/callback",
    scopes: ["account"],
  };
  const consumers = [
    { ...consumer, name: "private", private: true },
    { ...consumer, name: "public" },
    { ...consumer, name: "without callback", private: true, callbackUrl: "" },
  ];
  const seed = { workspaces: [{ slug: "w" }], consumers };
  emulator = await createEmulator({ dataCenter: false, server: false, seed });
});
afterAll(() => emulator.close());

function askAs(name: string) {
  const { key = "unheard-of", secret = "nothing" } =
    emulator.consumers.find((each) => each.name === name) ?? {};
  const instance = {
    ...instanceAt(emulator),
    client: { clientId: key, clientSecret: new Secret(secret) },
  };
  const tokens = () => requestClientCredentials({ instance, fetch, clock: emulator.clock });
  return { instance, tokens };
}

test("a private consumer gets access as an account of its own, without a refresh token", async () => {
  const { instance, tokens } = askAs("private");
  const { accessToken, refreshToken, tokenType } = await tokens();
  expect([refreshToken, tokenType]).toEqual([null, "bearer"]);
  const host = openHost(instance, createApi({ instance, fetch, authorize: bearer(accessToken) }));
  expect(await host.account()).toMatchObject({ kind: "bot" });
});

test.each([
  ["public", "bitbucket.consumer_public", /private consumer/],
  ["without callback", "bitbucket.consumer_without_callback", /callback URL/],
  ["nobody's", "bitbucket.credentials_refused", /Key and Secret/],
])("a consumer that is %s is told what to do", async (name, code, cure) => {
  expect(await failureOf(askAs(name).tokens())).toMatchObject({ code, cure: expect.stringMatching(cure) });
});
