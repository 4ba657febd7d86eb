/** Owns what Bitbucket Cloud is, as data: its addresses; and makes an instance of it. */
import { isLoopback } from "../base/http/loopback.ts";
import { Secret } from "../base/secret.ts";
import { bitbucketErrors } from "./errors.ts";
import type { CloudInstance, CloudUrls } from "./instance.ts";
import { readScopes } from "./scope-list.ts";

/** Bitbucket Cloud's own addresses. @see https://developer.atlassian.com/cloud/bitbucket/rest/intro/#authentication */
export const cloudUrls = {
  authorize: "https://bitbucket.org/site/oauth2/authorize",
  token: "https://bitbucket.org/site/oauth2/access_token",
  api: "https://api.bitbucket.org/2.0",
  web: "https://bitbucket.org",
} as const satisfies CloudUrls;

/** Some of the addresses; what is missing or undefined is Bitbucket's own. */
export type PartialUrls = { readonly [Name in keyof CloudUrls]?: string | undefined };

/** What is known when a Cloud instance is set up. */
export interface CloudOptions {
  /** Default `bitbucket`. */
  readonly id?: string | undefined;
  /** The OAuth consumer's Key. */
  readonly clientId: string;
  /** The OAuth consumer's Secret. */
  readonly clientSecret: string | Secret;
  /** A list, or one string separated by spaces. Default `account email`. None: all the consumer has. */
  readonly scopes?: readonly string[] | string | undefined;
  /** Lets every project connect as the consumer itself. Default: none may. */
  readonly sharesConsumer?: boolean | undefined;
  /** Whether it is the operator's word. Default: false. */
  readonly isConfigured?: boolean | undefined;
  /** Each default is Bitbucket Cloud's own. */
  readonly urls?: PartialUrls | undefined;
}

/**
 * Makes an instance of Bitbucket Cloud.
 * Throws `bitbucket.configuration` naming everything that is missing or wrong, at once.
 */
export function cloudInstance(options: CloudOptions): CloudInstance {
  const problems: string[] = [];
  const clientId = options.clientId ?? "";
  const clientSecret = asSecret(options.clientSecret ?? "");
  if (clientId.trim() === "") problems.push("clientId (the consumer's Key) is missing");
  if (clientId.includes(":")) problems.push("clientId (the consumer's Key) cannot hold a colon");
  if (clientSecret.reveal().trim() === "") problems.push("clientSecret (the consumer's Secret) is missing");
  const urls = readUrls(options.urls ?? {}, problems);
  if (problems.length > 0) {
    throw bitbucketErrors.fail("bitbucket.configuration", {
      message: `Bitbucket is not set up completely: ${problems.join("; ")}.`,
      data: { problems },
    });
  }
  const scopes = readScopes(options.scopes ?? ["account", "email"]);
  return {
    id: options.id ?? "bitbucket",
    product: "cloud",
    client: { clientId, clientSecret },
    sharesConsumer: options.sharesConsumer ?? false,
    scopes,
    ca: null,
    isConfigured: options.isConfigured ?? false,
    urls,
  };
}

function asSecret(value: string | Secret): Secret {
  return typeof value === "string" ? new Secret(value) : value;
}

function readUrls(given: PartialUrls, problems: string[]): CloudUrls {
  const read = (name: keyof CloudUrls) => readUrl(name, given[name] ?? cloudUrls[name], problems);
  const [authorize, token, api, web] = [read("authorize"), read("token"), read("api"), read("web")];
  checkOrigins({ authorize, token, ...(given.web !== undefined && { web }) }, problems);
  return { authorize, token, api: api.endsWith("/2.0") ? api : `${api}/2.0`, web };
}

/** Whoever sends people to one place and their codes to another trades in codes of a Bitbucket that is not theirs (RFC 9700 section 4.4). */
function checkOrigins({ authorize, ...others }: Partial<CloudUrls>, problems: string[]): void {
  const origin = URL.parse(authorize ?? "")?.origin;
  for (const [name, url] of Object.entries(others)) {
    const own = URL.parse(url)?.origin;
    if (own !== undefined && origin !== undefined && own !== origin)
      problems.push(`urls.${name} has to be at the same origin as urls.authorize`);
  }
}

function readUrl(name: string, value: string, problems: string[]): string {
  const url = URL.parse(value);
  if (url === null || url.href !== url.origin + url.pathname) {
    problems.push(`urls.${name} is not a plain URL`);
  } else if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
    problems.push(`urls.${name} has to be https (http only on this machine)`);
  }
  return value.replace(/\/+$/, "");
}
