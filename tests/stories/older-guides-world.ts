/** Owns the local Bitbucket of today that the claims of older guides are put to: any consumer, and what a person grants it. */
import { defaultSeed } from "../../src/emulator/core/default-seed.ts";
import type { Rules } from "../../src/emulator/core/rules.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { basic, consent, type Parameters, requestToken, type TokenBody } from "../emulator/client.ts";

export const callbackUrl = "http://localhost:8000/auth/bitbucket/callback";

interface Registration {
  readonly callbackUrl?: string;
  readonly scopes?: readonly string[];
  readonly isPrivate?: boolean;
}

/** A Bitbucket whose only consumer is this one; its people are those of the default seed. */
export function bitbucketWith(
  registration: Registration = {},
  rules: Partial<Rules> | "2025" = {},
): Promise<Emulator> {
  const consumer = {
    workspace: "acme",
    name: "From a guide",
    callbackUrl: registration.callbackUrl ?? callbackUrl,
    scopes: [...(registration.scopes ?? ["account", "email", "repository"])],
    private: registration.isPrivate ?? false,
  };
  return createEmulator({ rules, seed: { ...defaultSeed(callbackUrl, null), consumers: [consumer] } });
}

/** The tokens that a person's consent to the only consumer gives. */
export async function grantedTo(
  bitbucket: Emulator,
  parameters: Parameters = {},
  displayName = "John Doe",
): Promise<TokenBody> {
  const [{ key, secret } = { key: "", secret: "" }] = bitbucket.consumers;
  const { callback } = await consent(bitbucket, displayName, { client_id: key, ...parameters });
  const code = callback.searchParams.get("code") ?? "";
  const fields = { grant_type: "authorization_code", code };
  const answer = await requestToken(bitbucket, fields, basic(key, secret));
  if (answer.status !== 200) throw new Error(`no tokens: ${await answer.text()}`);
  return (await answer.json()) as TokenBody; // the tests check the fields they speak of
}
