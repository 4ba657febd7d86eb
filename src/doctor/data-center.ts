/** Owns the checks of a Data Center with OAuth 2: version, what is offered, the incoming link, its redirect URL and scopes. */
import type { DataCenterInstance, OAuthClient } from "../bitbucket/instance.ts";
import { findScope } from "../bitbucket/scopes/catalogue.ts";
import { suggestScope } from "../bitbucket/scopes/suggest.ts";
import { askWithMadeUpRefreshToken } from "./consumer.ts";
import { type DoctorParts, type Finding, fine, guarded, problem, unknown } from "./finding.ts";
import { ask } from "./network.ts";
import { takenVariant } from "./redirect-uri.ts";
import { atLeast, firstWithOAuth2, meet, offersOAuth1, offersOAuth2, tokenPaths } from "./self-hosted.ts";

type Parts = DoctorParts<DataCenterInstance>;
type LinkParts = Parts & { readonly client: OAuthClient };

const incomingLink = "the incoming link (Administration → Application Links)";

export async function examineDataCenter(parts: Parts): Promise<readonly Finding[]> {
  const { findings, version } = await meet(parts);
  if (version === null) return findings;
  const { client } = parts.instance;
  const age = checkVersion(version, client !== null);
  if (age.verdict === "problem") return [...findings, age, tokenPaths(version)];
  const offered = await guarded("OAuth", checkOffered(parts, client !== null));
  const link = client === null || offered.verdict === "problem" ? [] : await checkLink({ ...parts, client });
  return [...findings, age, offered, ...link, tokenPaths(version)];
}

function checkVersion(version: string, needsOAuth2: boolean): Finding {
  if (atLeast(version, firstWithOAuth2) || !needsOAuth2) return fine("version", `Bitbucket ${version}.`);
  const sentence = `Bitbucket ${version} is too old for OAuth 2, which came with ${firstWithOAuth2}.`;
  const cure =
    "Set this instance up as product: server, with an application link; or leave clientId and clientSecret out and use HTTP access tokens.";
  return problem("version", sentence, cure);
}

async function checkOffered(parts: Parts, isNeeded: boolean): Promise<Finding> {
  const [oauth2, oauth1] = [await offersOAuth2(parts), await offersOAuth1(parts)];
  const beside = oauth1 === true ? " and application links (OAuth 1.0a)" : "";
  if (oauth2 === true) return fine("OAuth", `OAuth 2${beside} ${beside === "" ? "is" : "are"} offered.`);
  if (oauth2 === null) return unknown("OAuth", "Bitbucket does not tell whether it offers OAuth 2.");
  const sentence =
    oauth1 === true
      ? "OAuth 2 is not offered, only application links (OAuth 1.0a)."
      : "OAuth 2 is not offered.";
  if (!isNeeded) return fine("OAuth", sentence);
  const cure = `Set this instance up as product: server, or have Bitbucket's OAuth 2 provider switched on (${firstWithOAuth2} and newer).`;
  return problem("OAuth", sentence, cure);
}

async function checkLink(parts: LinkParts): Promise<readonly Finding[]> {
  const secret = await guarded("client id and secret", checkSecret(parts));
  if (secret.verdict === "problem") {
    const sentence = "Redirect URL and permissions can be asked for only with the right client id.";
    return [secret, unknown("redirect URI", sentence), unknown("scopes", sentence)];
  }
  const redirectUri = await guarded("redirect URI", checkRedirectUri(parts));
  if (redirectUri.verdict === "problem") {
    const sentence = "Permissions can be asked for only with a redirect URI that Bitbucket takes.";
    return [secret, redirectUri, unknown("scopes", sentence)];
  }
  return [secret, redirectUri, await guarded("scopes", checkScopes(parts))];
}

/**
 * A made-up refresh token is refused either way; which refusal comes tells whether id and secret are right. A made-up code would
 * tell less: some versions call it `invalid_request`.
 */
async function checkSecret(parts: LinkParts): Promise<Finding> {
  const check = "client id and secret";
  const answer = await askWithMadeUpRefreshToken(parts);
  if (answer === "invalid_client" || answer === "unauthorized_client") {
    const cure = `Copy client id and client secret of ${incomingLink} once more.`;
    return problem(check, "Bitbucket does not accept this client id and secret.", cure);
  }
  if (answer === "invalid_grant") return fine(check, "Bitbucket accepts client id and secret.");
  return unknown(check, `Bitbucket answered ${answer}, which says nothing of client id and secret.`);
}

type Taking =
  | { readonly kind: "taken" | "refused" | "unclear" }
  | { readonly kind: "error"; readonly error: string };

/**
 * Bitbucket shows a page of its own when client or redirect URL are wrong; what is wrong with the scopes it tells the app, by
 * a redirect; any other redirect leads to its login or consent.
 */
async function take(parts: LinkParts, redirectUri: string, scopes: readonly string[]): Promise<Taking> {
  const url = new URL(parts.instance.urls.authorize);
  url.search = new URLSearchParams({
    client_id: parts.client.clientId,
    response_type: "code",
    redirect_uri: redirectUri,
    scope: scopes.join(" "),
    state: "windlass-doctor",
  }).toString();
  const { status, headers } = await ask(parts, url.href);
  if (status >= 400 && status < 500) return { kind: "refused" };
  if (status < 300 || status > 399) return { kind: "unclear" };
  const error = URL.parse(headers.get("location") ?? "", url.href)?.searchParams.get("error") ?? null;
  return error === null ? { kind: "taken" } : { kind: "error", error };
}

/** What everybody may ask for, so that only the redirect URL can be wrong. */
const leastScope = ["PUBLIC_REPOS"];

/** What no link is registered with. Where even this leads on, a login stands before any judgement. */
const foreignRedirectUri = "https://windlass-doctor.invalid/callback";

/** The most there is: a link that is not to read everything has it not, so that it is refused where scopes are judged. */
const mostScope = "SYSTEM_ADMIN";

const loginFirst = "Bitbucket asks for a login first";

async function checkRedirectUri(parts: LinkParts): Promise<Finding> {
  const { redirectUri } = parts;
  const check = "redirect URI";
  const isTaken = async (uri: string) =>
    ["taken", "error"].includes((await take(parts, uri, leastScope)).kind);
  const { kind } = await take(parts, redirectUri, leastScope);
  if (kind === "taken" && (await isTaken(foreignRedirectUri))) {
    const cure = `Compare the redirect URL of ${incomingLink} with ${redirectUri}, letter by letter; connecting once shows the rest.`;
    return unknown(check, `${loginFirst} and does not tell what it thinks of ${redirectUri}.`, cure);
  }
  if (kind === "taken" || kind === "error")
    return fine(check, `Bitbucket does not object to ${redirectUri}.`);
  if (kind === "unclear") return unknown(check, `Bitbucket does not tell what it thinks of ${redirectUri}.`);
  const variant = await takenVariant(redirectUri, isTaken);
  const taken = variant === null ? "" : `; it takes ${variant.uri}, which ${variant.difference}`;
  const cure = `Set the redirect URL of ${incomingLink} to exactly ${redirectUri}: Bitbucket compares letter by letter, slash and scheme included.`;
  return problem(check, `Bitbucket refuses ${redirectUri} for this link${taken}.`, cure);
}

/** Each scope is asked for alone: a refusal then names the one that is not ticked. */
async function checkScopes(parts: LinkParts): Promise<Finding> {
  const wanted = parts.scopes ?? parts.instance.scopes;
  const check = "scopes";
  const strange = wanted.filter((scope) => findScope("link", scope) === null);
  if (strange.length > 0) {
    const meant = strange.flatMap((scope) => suggestScope(scope, "data-center") ?? []);
    const hint = meant.length === 0 ? "" : ` Bitbucket calls it ${meant.join(", ")}.`;
    const cure = `Correct the scopes in the configuration.${hint}`;
    return problem(check, `Data Center has no scope ${strange.join(", ")}.`, cure);
  }
  const missing: string[] = [];
  for (const scope of wanted) {
    const taking = await take(parts, parts.redirectUri, [scope]);
    if (taking.kind === "error" && taking.error === "invalid_scope") missing.push(scope);
    else if (taking.kind !== "taken")
      return unknown(check, `Bitbucket does not tell whether the link has ${wanted.join(", ")}.`);
  }
  if (missing.length === 0)
    return (await asksForLoginFirst(parts)) ? unasked(wanted) : nothingMissing(wanted);
  const names = missing.map((scope) => `“${scope}”`).join(", ");
  return problem(
    check,
    `The link lacks ${missing.join(", ")}.`,
    `Tick ${names} under the permissions of ${incomingLink}.`,
  );
}

/** Whether even what no link should have leads on, so that nothing is proven by what is wanted leading on. */
async function asksForLoginFirst(parts: LinkParts): Promise<boolean> {
  return (await take(parts, parts.redirectUri, [mostScope])).kind === "taken";
}

function nothingMissing(wanted: readonly string[]): Finding {
  return fine("scopes", `Bitbucket does not object to ${wanted.join(", ")}.`);
}

function unasked(wanted: readonly string[]): Finding {
  const sentence = `${loginFirst} and does not tell whether the link has ${wanted.join(", ")}.`;
  return unknown("scopes", sentence, `Look at the permissions of ${incomingLink}.`);
}
