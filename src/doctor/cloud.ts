/** Owns the checks of a Bitbucket Cloud: the consumer's key and secret, its callback URL and its permissions. */
import type { CloudInstance } from "../bitbucket/instance.ts";
import { cloudScope } from "../bitbucket/scopes/catalogue.ts";
import { missingScopes } from "../bitbucket/scopes/compare.ts";
import { suggestScope } from "../bitbucket/scopes/suggest.ts";
import { askConsumerScopes, askWithMadeUpCode } from "./consumer.ts";
import { type DoctorParts, type Finding, fine, guarded, problem, unknown } from "./finding.ts";
import { ask, reach } from "./network.ts";
import { takenVariant } from "./redirect-uri.ts";

type Parts = DoctorParts<CloudInstance>;

export async function examineCloud(parts: Parts): Promise<readonly Finding[]> {
  const { token, api } = parts.instance.urls;
  const { findings, answer } = await reach(parts, [token, `${api}/user`]);
  if (answer === null) return findings;
  const keyAndSecret = await guarded("key and secret", checkKeyAndSecret(parts));
  const redirectUri = await guarded("redirect URI", checkRedirectUri(parts));
  const scopes =
    keyAndSecret.verdict === "problem" ? scopesUntold : await guarded("scopes", checkScopes(parts));
  return [...findings, keyAndSecret, redirectUri, scopes];
}

const scopesUntold = unknown("scopes", "Permissions can be asked for only with the right key and secret.");

/** A made-up code is refused either way; which refusal comes tells whether key and secret are right. */
async function checkKeyAndSecret(parts: Parts): Promise<Finding> {
  const check = "key and secret";
  const answer = await askWithMadeUpCode({ ...parts, client: parts.instance.client });
  if (answer === "unauthorized_client") {
    const cure =
      "Copy Key and Secret from Workspace settings → OAuth consumers once more, and give the consumer a callback URL.";
    return problem(check, "Bitbucket does not accept this key and secret.", cure);
  }
  if (answer === "invalid_grant") return fine(check, "Bitbucket accepts key and secret.");
  return unknown(check, `Bitbucket answered ${answer}, which says nothing of key and secret.`);
}

type Taking = "taken" | "refused" | "login first";

/** Bitbucket shows a page of its own, and never sends the browser back, when it does not accept the redirect URI. */
async function take(parts: Parts, redirectUri: string): Promise<Taking> {
  const { authorize } = parts.instance.urls;
  const url = new URL(authorize);
  url.search = new URLSearchParams({
    client_id: parts.instance.client.clientId,
    response_type: "code",
    redirect_uri: redirectUri,
  }).toString();
  const answer = await ask(parts, url.href);
  if (answer.status >= 300 && answer.status < 400) return "login first";
  return /invalid redirect_uri/i.test(await answer.text()) ? "refused" : "taken";
}

async function checkRedirectUri(parts: Parts): Promise<Finding> {
  const { redirectUri } = parts;
  const check = "redirect URI";
  const taking = await take(parts, redirectUri);
  if (taking === "taken") return fine(check, `Bitbucket does not object to ${redirectUri}.`);
  if (taking === "login first") {
    const cure = "Sign in once in a browser: a wrong redirect URI shows as a page of Bitbucket's.";
    return unknown(check, `Bitbucket asks for a login before it looks at ${redirectUri}.`, cure);
  }
  // Ours was refused before anybody logged in, so one that gets as far as the login is not refused.
  const variant = await takenVariant(redirectUri, async (uri) => (await take(parts, uri)) !== "refused");
  const taken = variant === null ? "" : `; it takes ${variant.uri}, which ${variant.difference}`;
  const cure = `Set the consumer's callback URL to exactly ${redirectUri} (scheme, host, port and slash included).`;
  return problem(check, `Bitbucket refuses ${redirectUri} for this consumer${taken}.`, cure);
}

/** Only a private consumer tells its permissions to whoever holds its secret. A scope counts with all it implies. */
async function checkScopes(parts: Parts): Promise<Finding> {
  const wanted = parts.scopes ?? parts.instance.scopes;
  const check = "scopes";
  const strange = wanted.filter((scope) => cloudScope(scope) === null);
  if (strange.length > 0) {
    const cure = ["Correct the scopes in the configuration.", ...strange.flatMap(meant)].join(" ");
    return problem(check, `Bitbucket has no scope ${list(strange)}.`, cure);
  }
  const granted = await askConsumerScopes({ ...parts, client: parts.instance.client });
  if (granted === null) {
    const sentence = `A consumer that is not private does not tell its permissions; ${list(wanted)} will be asked for.`;
    const cure = `See that ${ticks(wanted)} are ticked on the consumer; what was granted is checked at each sign-in.`;
    return unknown(check, sentence, cure);
  }
  const missing = missingScopes(granted, wanted, { product: "cloud", kind: "oauth2" });
  if (missing.length === 0) return fine(check, `The consumer has ${list(wanted)}.`);
  const names = missing.map(({ scope }) => scope);
  const cure = `Tick ${ticks(names)} under Permissions of the consumer (Workspace settings → OAuth consumers → Edit).`;
  return problem(check, `The consumer lacks ${list(names)}.`, cure);
}

function meant(scope: string): readonly string[] {
  const suggestion = suggestScope(scope, "cloud");
  return suggestion === null ? [] : [`Bitbucket calls it ${suggestion}.`];
}

const list = (scopes: readonly string[]) => scopes.join(", ");

/** As the boxes are named on the consumer's form. */
const ticks = (scopes: readonly string[]) =>
  scopes.map((scope) => `“${cloudScope(scope)?.tick ?? scope}”`).join(", ");
