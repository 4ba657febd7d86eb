/** Owns the checks of an instance: each ends in a finding, and a finding that is a problem names its cure. */
import type { Clock } from "../base/clock.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Fetch } from "../base/http/door.ts";
import { cloudScope, expandScopes } from "../bitbucket/scopes/catalogue.ts";
import type { Instance } from "../bitbucket/instance.ts";
import { askConsumerScopes, askWithMadeUpCode } from "./consumer.ts";

/** What one check found. `unknown` is said when Bitbucket does not let anyone find out from outside. */
export interface Finding {
  readonly check: "reachable" | "clock" | "key and secret" | "redirect URI" | "scopes";
  readonly verdict: "fine" | "problem" | "unknown";
  readonly sentence: string;
  readonly cure?: string;
}

export interface DoctorParts {
  readonly instance: Instance;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** The callback this server sends people back to. */
  readonly redirectUri: string;
  /** Every scope that is asked for, now or later. Default: the instance's own. */
  readonly scopes?: readonly string[];
}

/** Runs every check of an instance. Later checks are left out when Bitbucket cannot be reached. Never throws for what it finds. */
export async function examine(parts: DoctorParts): Promise<readonly Finding[]> {
  const { reachable, clock } = await checkReachable(parts);
  if (reachable.verdict !== "fine") return [reachable];
  const keyAndSecret = await guarded("key and secret", checkKeyAndSecret(parts));
  const redirectUri = await guarded("redirect URI", checkRedirectUri(parts));
  const scopes =
    keyAndSecret.verdict === "problem" ? scopesUntold : await guarded("scopes", checkScopes(parts));
  return [reachable, clock, keyAndSecret, redirectUri, scopes];
}

const scopesUntold: Finding = {
  check: "scopes",
  verdict: "unknown",
  sentence: "Permissions can be asked for only with the right key and secret.",
};

/** A check that breaks off in the middle found nothing out. */
async function guarded(check: Finding["check"], finding: Promise<Finding>): Promise<Finding> {
  try {
    return await finding;
  } catch (error) {
    if (!isWindlassError(error)) throw error;
    const sentence = `Bitbucket's answer did not arrive (${error.detail ?? error.message}).`;
    return { check, verdict: "unknown", sentence, cure: "Try again in a moment." };
  }
}

/** Whether website and API answer at all, and how far their clock is from ours. */
async function checkReachable({
  instance,
  fetch,
  clock,
}: DoctorParts): Promise<{ reachable: Finding; clock: Finding }> {
  let seen: Date | undefined;
  for (const url of [instance.urls.token, `${instance.urls.api}/user`]) {
    try {
      const response = await fetch(url);
      seen = new Date(response.headers.get("date") ?? Number.NaN);
    } catch (error) {
      if (isWindlassError(error, "http.redirected")) continue;
      const sentence = `${new URL(url).origin} does not answer${isWindlassError(error) && error.detail ? ` (${error.detail})` : ""}.`;
      const cure = "Check the network, the proxy and the instance's urls.";
      return {
        reachable: { check: "reachable", verdict: "problem", sentence, cure },
        clock: clockFinding(undefined, clock),
      };
    }
  }
  const sentence = `${new URL(instance.urls.token).host} and ${new URL(instance.urls.api).host} answer.`;
  return { reachable: { check: "reachable", verdict: "fine", sentence }, clock: clockFinding(seen, clock) };
}

/** A minute of difference is harmless: tokens are renewed well before they end. */
function clockFinding(seen: Date | undefined, clock: Clock): Finding {
  if (seen === undefined || Number.isNaN(seen.getTime())) {
    return {
      check: "clock",
      verdict: "unknown",
      sentence: "Bitbucket's answer carries no date to compare with.",
    };
  }
  const seconds = Math.round((clock.now().getTime() - seen.getTime()) / 1000);
  const sentence = `This machine's clock differs from Bitbucket's by ${Math.abs(seconds)} s.`;
  if (Math.abs(seconds) <= 60) return { check: "clock", verdict: "fine", sentence };
  return {
    check: "clock",
    verdict: "problem",
    sentence,
    cure: "Set this machine's clock, for example with NTP.",
  };
}

/** A made-up code is refused either way; which refusal comes tells whether key and secret are right. */
async function checkKeyAndSecret(parts: DoctorParts): Promise<Finding> {
  const answer = await askWithMadeUpCode(parts);
  if (answer === "unauthorized_client") {
    const sentence = "Bitbucket does not accept this key and secret.";
    const cure =
      "Copy Key and Secret from Workspace settings → OAuth consumers once more, and give the consumer a callback URL.";
    return { check: "key and secret", verdict: "problem", sentence, cure };
  }
  if (answer === "invalid_grant")
    return { check: "key and secret", verdict: "fine", sentence: "Bitbucket accepts key and secret." };
  return {
    check: "key and secret",
    verdict: "unknown",
    sentence: `Bitbucket answered ${answer}, which says nothing of key and secret.`,
  };
}

/** Bitbucket shows a page of its own, and never sends the browser back, when it does not accept the redirect URI. */
async function checkRedirectUri({ instance, fetch, redirectUri }: DoctorParts): Promise<Finding> {
  const url = new URL(instance.urls.authorize);
  url.search = new URLSearchParams({
    client_id: instance.clientId,
    response_type: "code",
    redirect_uri: redirectUri,
  }).toString();
  const check = "redirect URI";
  try {
    const page = await (await fetch(url.href)).text();
    if (!/invalid redirect_uri/i.test(page))
      return { check, verdict: "fine", sentence: `Bitbucket does not object to ${redirectUri}.` };
  } catch (error) {
    if (!isWindlassError(error, "http.redirected")) throw error;
    const sentence = `Bitbucket asks for a login before it looks at ${redirectUri}.`;
    return {
      check,
      verdict: "unknown",
      sentence,
      cure: "Sign in once in a browser: a wrong redirect URI shows as a page of Bitbucket's.",
    };
  }
  const cure = `Set the consumer's callback URL to exactly ${redirectUri} (scheme, host, port and slash included).`;
  return { check, verdict: "problem", sentence: `Bitbucket refuses ${redirectUri} for this consumer.`, cure };
}

/** Only a private consumer tells its permissions to whoever holds its secret. A scope counts with all it implies. */
async function checkScopes(parts: DoctorParts): Promise<Finding> {
  const wanted = parts.scopes ?? parts.instance.scopes;
  const check = "scopes";
  const unknown = wanted.filter((scope) => cloudScope(scope) === null);
  if (unknown.length > 0) {
    const cure = "Correct the scopes in the configuration.";
    return { check, verdict: "problem", sentence: `Bitbucket has no scope ${list(unknown)}.`, cure };
  }
  const granted = await askConsumerScopes(parts);
  if (granted === null) {
    const sentence = `A consumer that is not private does not tell its permissions; ${list(wanted)} will be asked for.`;
    const cure = `See that ${ticks(wanted)} are ticked on the consumer; what was granted is checked at each sign-in.`;
    return { check, verdict: "unknown", sentence, cure };
  }
  const held = expandScopes(granted);
  const missing = wanted.filter((scope) => !held.has(scope));
  if (missing.length === 0) return { check, verdict: "fine", sentence: `The consumer has ${list(wanted)}.` };
  const cure = `Tick ${ticks(missing)} under Permissions of the consumer (Workspace settings → OAuth consumers → Edit).`;
  return { check, verdict: "problem", sentence: `The consumer lacks ${list(missing)}.`, cure };
}

const list = (scopes: readonly string[]) => scopes.join(", ");

/** As the boxes are named on the consumer's form. */
const ticks = (scopes: readonly string[]) =>
  scopes.map((scope) => `“${cloudScope(scope)?.tick ?? scope}”`).join(", ");
