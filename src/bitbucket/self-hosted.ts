/** Owns what a self-hosted Bitbucket is, as data: its addresses below the base URL; and makes an instance of one. */
import { isLoopback } from "../base/http/loopback.ts";
import { Secret } from "../base/secret.ts";
import { bitbucketErrors } from "./errors.ts";
import type { DataCenterInstance, ServerInstance } from "./instance.ts";
import { readScopes } from "./scope-list.ts";

/** What is known of every self-hosted Bitbucket. */
export interface SelfHostedOptions {
  readonly id?: string | undefined;
  /** With its context path, such as `https://example.com/bitbucket`. */
  readonly baseUrl: string;
  /** Certificates in PEM to be trusted beside the well-known ones. */
  readonly ca?: string | null | undefined;
  /** Whether it is the operator's word. Default: false. */
  readonly isConfigured?: boolean | undefined;
}

export interface DataCenterOptions extends SelfHostedOptions {
  /** Of the incoming link (Application links → External application). None: people bring HTTP access tokens. */
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | Secret | undefined;
  /** Default `PUBLIC_REPOS`: Bitbucket takes no empty list. */
  readonly scopes?: readonly string[] | string | undefined;
}

export interface ServerOptions extends SelfHostedOptions {
  readonly consumerKey: string;
  /** RSA, PKCS#8 in PEM. */
  readonly privateKey: string | Secret;
}

/** @throws `bitbucket.configuration` naming everything that is missing or wrong, at once. */
export function dataCenterInstance(options: DataCenterOptions): DataCenterInstance {
  const problems: string[] = [];
  const baseUrl = readBaseUrl(options.baseUrl, problems);
  const clientId = options.clientId ?? "";
  const clientSecret = asSecret(options.clientSecret ?? "");
  const hasSecret = clientSecret.reveal() !== "";
  if (clientId !== "" && !hasSecret) problems.push("clientSecret is missing");
  if (clientId === "" && hasSecret) problems.push("clientId is missing");
  refuse(problems);
  const oauth2 = `${baseUrl}/rest/oauth2/latest`;
  return {
    id: options.id ?? "data-center",
    product: "data-center",
    baseUrl,
    client: clientId === "" ? null : { clientId, clientSecret },
    scopes: readScopes(options.scopes ?? ["PUBLIC_REPOS"]),
    ca: options.ca ?? null,
    isConfigured: options.isConfigured ?? false,
    urls: {
      api: `${baseUrl}/rest/api/latest`,
      web: baseUrl,
      authorize: `${oauth2}/authorize`,
      token: `${oauth2}/token`,
      revoke: `${oauth2}/revoke`,
    },
  };
}

/** @throws `bitbucket.configuration` naming everything that is missing or wrong, at once. */
export function serverInstance(options: ServerOptions): ServerInstance {
  const problems: string[] = [];
  const baseUrl = readBaseUrl(options.baseUrl, problems);
  const privateKey = asSecret(options.privateKey ?? "");
  if ((options.consumerKey ?? "").trim() === "") problems.push("consumerKey is missing");
  if (privateKey.reveal().trim() === "") problems.push("privateKey is missing");
  refuse(problems);
  const oauth = `${baseUrl}/plugins/servlet/oauth`;
  return {
    id: options.id ?? "server",
    product: "server",
    baseUrl,
    consumerKey: options.consumerKey,
    privateKey,
    scopes: [],
    ca: options.ca ?? null,
    isConfigured: options.isConfigured ?? false,
    urls: {
      api: `${baseUrl}/rest/api/latest`,
      web: baseUrl,
      requestToken: `${oauth}/request-token`,
      authorize: `${oauth}/authorize`,
      accessToken: `${oauth}/access-token`,
    },
  };
}

function asSecret(value: string | Secret): Secret {
  return typeof value === "string" ? new Secret(value) : value;
}

function readBaseUrl(value: string | undefined, problems: string[]): string {
  const url = URL.parse(value ?? "");
  if (url === null || !/^https?:$/.test(url.protocol) || url.href !== url.origin + url.pathname) {
    problems.push("baseUrl has to be the address of Bitbucket with http(s)://, without a query");
  } else if (url.protocol !== "https:" && !isLoopback(url.hostname)) {
    problems.push("baseUrl has to be https (http only on this machine)");
  }
  // As it is called: a path with dots or backslashes, or a port that goes without saying, has one spelling.
  return (url?.href ?? "").replace(/\/+$/, "");
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw bitbucketErrors.fail("bitbucket.configuration", {
    message: `Bitbucket is not set up completely: ${problems.join("; ")}.`,
    data: { problems },
  });
}
