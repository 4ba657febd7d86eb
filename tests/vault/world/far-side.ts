/** Owns the Bitbucket of a world: one product of an emulator, grants at it, and what it was asked. */
import { expect } from "vitest";
import { randomToken } from "../../../src/base/random.ts";
import { bearer } from "../../../src/bitbucket/api/authorize.ts";
import { createApi } from "../../../src/bitbucket/api/client.ts";
import { cloudInstance } from "../../../src/bitbucket/cloud.ts";
import { openHost } from "../../../src/bitbucket/host/open.ts";
import type { OAuth2Instance } from "../../../src/bitbucket/instance.ts";
import { buildAuthorizationUrl, validateCallback } from "../../../src/bitbucket/oauth2/authorization.ts";
import { exchangeCode } from "../../../src/bitbucket/oauth2/token.ts";
import { dataCenterInstance } from "../../../src/bitbucket/self-hosted.ts";
import { cloudUrls } from "../../../src/cli/emulated-instances.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../../src/emulator/emulator.ts";
import { dataCenterOf, fetch } from "../../flows/data-center-place.ts";
import type { Setup } from "./order.ts";

export type Product = "cloud" | "data-center";
export const products: readonly Product[] = ["cloud", "data-center"];

export async function openFarSide(product: Product, rules: EmulatorOptions["rules"]) {
  const emulator = await createEmulator({
    autoApprove: "johndoe",
    ...(rules === undefined ? {} : { rules }),
  });
  const described = describeInstance(emulator, product);
  const instance = instanceOf(described);
  const refreshes = () => emulator.control.requests().filter(({ grant }) => grant === "refresh_token");
  return {
    emulator,
    described,
    instance,
    /** Whom its grants stand for. */
    subject: () => subjectOf(emulator, instance),
    grant: () => grant(emulator, instance),
    /** From now on it takes so long to renew. */
    slowDown(delayMilliseconds: number): void {
      const path = product === "cloud" ? "/site/oauth2/access_token" : "/*/oauth2/latest/token";
      emulator.control.addFault({ path, kind: "delay", delayMilliseconds, count: 0 });
    },
    /** Resolves when it has nothing to do any more: what it has begun it also ends. */
    async isQuiet(): Promise<void> {
      let seen = -1;
      const isSame = () => {
        const before = seen;
        seen = emulator.control.requests().length;
        return seen === before;
      };
      await expect.poll(isSame, { interval: 400, timeout: 10_000 }).toBe(true);
    },
    /** Requests for a renewal that reached it. */
    refreshes: () => refreshes().length,
    /** Those it gave new tokens for. */
    rotations: () => refreshes().filter(({ status }) => status === 200).length,
  };
}

function describeInstance(emulator: Emulator, product: Product): Setup["instance"] {
  if (product === "cloud") {
    const [consumer] = emulator.consumers;
    const [clientId, clientSecret] = [consumer?.key ?? "", consumer?.secret ?? ""];
    return { product, clientId, clientSecret, urls: cloudUrls(emulator) };
  }
  const { url: baseUrl, clients } = dataCenterOf(emulator);
  const [link] = clients;
  return { product, clientId: link?.clientId ?? "", clientSecret: link?.clientSecret ?? "", baseUrl };
}

function instanceOf(described: Setup["instance"]): OAuth2Instance {
  if (described.product === "cloud") return cloudInstance(described);
  return dataCenterInstance({ id: "bitbucket", ...described });
}

const redirectUri = "http://localhost:8000/auth/bitbucket/callback";

async function grant(emulator: Emulator, instance: OAuth2Instance) {
  const scopes = instance.product === "cloud" ? ["account"] : ["REPO_READ"];
  const [state, codeVerifier] = [randomToken(), randomToken()];
  const url = await buildAuthorizationUrl(instance, { redirectUri, state, scopes, codeVerifier });
  const back = (await globalThis.fetch(url, { redirect: "manual" })).headers.get("location") ?? "";
  const callback = validateCallback(instance, new URL(back), state);
  return exchangeCode({ instance, fetch, clock: emulator.clock }, { callback, redirectUri, codeVerifier });
}

async function subjectOf(emulator: Emulator, instance: OAuth2Instance): Promise<string | null> {
  const { accessToken } = await grant(emulator, instance);
  const { clock } = emulator;
  const api = createApi({ instance, fetch, clock, authorize: bearer(accessToken) });
  return (await openHost(instance, api).account()).subject;
}
