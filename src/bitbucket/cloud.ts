/** Owns what Bitbucket Cloud is, as data: its addresses and its scopes; and makes an instance of it. */
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

/** What a scope is: Bitbucket's words for it and what it brings along. */
export interface CloudScope {
  /** Bitbucket's own sentence for the person who grants it. */
  readonly title: string;
  /** How the tick is found on the consumer's form. */
  readonly tick: string;
  /** Scopes given with it, not expanded further. */
  readonly implies: readonly string[];
  /** The day the function behind it was removed at Bitbucket (ISO 8601). */
  readonly removed?: string;
}

const removedWithIssuesAndWiki = "2026-08-20";

/**
 * The scopes of OAuth consumers. Titles are those of the OpenAPI document's `oauth2` scheme; implications those of
 * the REST introduction: `repository:admin` and `project:admin` imply nothing, `repository` opens no pull requests.
 * @see https://developer.atlassian.com/cloud/bitbucket/rest/intro/#authentication
 */
export const cloudScopes = {
  account: { title: "Read your account information", tick: "Account: Read", implies: [] },
  "account:write": { title: "Read and modify your account information", tick: "Account: Write", implies: [] },
  email: { title: "Read your account's primary email address", tick: "Account: Email", implies: [] },
  repository: { title: "Read your repositories", tick: "Repositories: Read", implies: [] },
  "repository:write": {
    title: "Read and modify your repositories",
    tick: "Repositories: Write",
    implies: ["repository"],
  },
  "repository:admin": { title: "Administer your repositories", tick: "Repositories: Admin", implies: [] },
  "repository:delete": { title: "Delete your repositories", tick: "Repositories: Delete", implies: [] },
  pullrequest: {
    title: "Read your repositories and their pull requests",
    tick: "Pull requests: Read",
    implies: ["repository"],
  },
  "pullrequest:write": {
    title: "Read and modify your repositories and their pull requests",
    tick: "Pull requests: Write",
    implies: ["pullrequest", "repository:write"],
  },
  project: {
    title:
      "Read your workspace's project settings and read repositories contained within your workspace's projects",
    tick: "Projects: Read",
    implies: ["repository"],
  },
  "project:admin": {
    title: "Read and modify settings for projects in your workspace",
    tick: "Projects: Admin",
    implies: [],
  },
  issue: {
    title: "Read your repositories' issues",
    tick: "Issues: Read",
    implies: [],
    removed: removedWithIssuesAndWiki,
  },
  "issue:write": {
    title: "Read and modify your repositories' issues",
    tick: "Issues: Write",
    implies: ["issue"],
    removed: removedWithIssuesAndWiki,
  },
  wiki: {
    title: "Read and modify your repositories' wikis",
    tick: "Wikis: Read and write",
    implies: [],
    removed: removedWithIssuesAndWiki,
  },
  webhook: {
    title: "Read and modify your repositories' webhooks",
    tick: "Webhooks: Read and write",
    implies: [],
  },
  snippet: { title: "Read your snippets", tick: "Snippets: Read", implies: [] },
  "snippet:write": {
    title: "Read and modify your snippets",
    tick: "Snippets: Write",
    implies: ["snippet"],
  },
  pipeline: {
    title: "Access your repositories' build pipelines",
    tick: "Pipelines: Read",
    implies: [],
  },
  "pipeline:write": {
    title: "Access and rerun your repositories' build pipelines",
    tick: "Pipelines: Write",
    implies: [],
  },
  "pipeline:variable": {
    title: "Access your repositories' build pipelines and configure their variables",
    tick: "Pipelines: Edit variables",
    implies: [],
  },
  runner: {
    title: "Access your workspaces/repositories' runners",
    tick: "Runners: Read",
    implies: [],
  },
  "runner:write": {
    title: "Access and edit your workspaces/repositories' runners",
    tick: "Runners: Write",
    implies: [],
  },
} as const satisfies Record<string, CloudScope>;

/** The catalogue's entry, or null for a scope it does not list. */
export function cloudScope(name: string): CloudScope | null {
  // The keys of the catalogue are a subset of all strings; `hasOwn` has just shown that this is one of them.
  return Object.hasOwn(cloudScopes, name) ? cloudScopes[name as keyof typeof cloudScopes] : null;
}

/** The scopes with everything they imply, over all steps. */
export function expandScopes(scopes: Iterable<string>): ReadonlySet<string> {
  const all = new Set<string>();
  const open = [...scopes];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (all.has(name)) continue;
    all.add(name);
    open.push(...(cloudScope(name)?.implies ?? []));
  }
  return all;
}

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
    scopes,
    ca: null,
    urls,
  };
}

function asSecret(value: string | Secret): Secret {
  return typeof value === "string" ? new Secret(value) : value;
}

function readUrls(given: PartialUrls, problems: string[]): CloudUrls {
  const read = (name: keyof CloudUrls) => readUrl(name, given[name] ?? cloudUrls[name], problems);
  const api = read("api");
  return {
    authorize: read("authorize"),
    token: read("token"),
    api: api.endsWith("/2.0") ? api : `${api}/2.0`,
    web: read("web"),
  };
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
