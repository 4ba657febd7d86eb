/** Owns the least scopes for each purpose: what to ask for, with a reason in words. */
import type { CredentialKind } from "../credential.ts";
import type { Product } from "../instance.ts";
import { expandScopes, findScope } from "./catalogue.ts";
import type { ScopeList } from "./scope.ts";

/** What access is wanted for. */
export type Purpose = "sign-in" | "read-code" | "pull-requests" | "webhooks";

/** Every purpose, and what is done then. */
export const purposes: Readonly<Record<Purpose, string>> = {
  "sign-in": "let people sign in",
  "read-code": "read repositories and their commits",
  "pull-requests": "read pull requests",
  webhooks: "be told of pushes",
};

type Reasons = Readonly<Record<string, string>>;
type Needs = Readonly<Partial<Record<Purpose, Reasons>>>;

const readsCode = "to read file contents, commits and branches";
const readsPullRequests = "to read pull requests";
const toldOfPushes = "to be told of pushes: a webhook needs the read scope of each of its events";

const withConsumer: Needs = {
  "sign-in": {
    account: "to learn who signs in: the name, and the id that never changes",
    email: "to read the confirmed e-mail address",
  },
  "read-code": {
    repository: readsCode,
    account: "to read which workspaces you belong to, so that you need not type them",
  },
  "pull-requests": { pullrequest: readsPullRequests },
  webhooks: { webhook: "to make, list and remove the webhook", repository: toldOfPushes },
};

/** Nobody stands behind an access token, and workspaces cannot be listed with it. */
const withAccessToken: Needs = {
  "read-code": { repository: readsCode },
  "pull-requests": { pullrequest: readsPullRequests },
  webhooks: { webhook: "to make, list and remove the webhook", repository: toldOfPushes },
};

const withApiToken: Needs = {
  "read-code": {
    "read:repository:bitbucket": readsCode,
    "read:user:bitbucket": "to see whose token it is",
    "read:workspace:bitbucket": "to read which workspaces you belong to, so that you need not type them",
  },
  "pull-requests": {
    "read:pullrequest:bitbucket": readsPullRequests,
    "read:repository:bitbucket":
      "to read the repositories of the pull requests, which the other does not open",
  },
  webhooks: {
    "read:webhook:bitbucket": "to find the webhook again",
    "write:webhook:bitbucket": "to make the webhook",
    "delete:webhook:bitbucket": "to remove the webhook",
    "read:repository:bitbucket": toldOfPushes,
  },
};

const withLink: Needs = {
  "sign-in": { PUBLIC_REPOS: "to learn who signs in: Bitbucket takes no empty list" },
  "read-code": { REPO_READ: "to read file contents, commits and branches" },
  "pull-requests": { REPO_READ: readsPullRequests },
  webhooks: { REPO_ADMIN: "to make, list and remove the webhook of a repository" },
};

const withHttpAccessToken: Needs = {
  "read-code": { REPO_READ: readsCode },
  "pull-requests": { REPO_READ: readsPullRequests },
  webhooks: { REPO_ADMIN: "to make, list and remove the webhook of a repository" },
};

/** An application link of OAuth 1.0a knows no scopes: the person's rights are the token's. */
const withoutScopes: Needs = { "sign-in": {}, "read-code": {}, "pull-requests": {}, webhooks: {} };

interface KindScopes {
  /** Null: there are no scopes. */
  readonly list: ScopeList | null;
  readonly needs: Needs;
  /** Where the ticks are. */
  readonly where: string;
}

const consumerForm = "Workspace settings → OAuth consumers → Edit";
const { "sign-in": _, ...withoutSignIn } = withConsumer;

const byKind: Readonly<Record<Exclude<CredentialKind, "oauth2">, KindScopes>> = {
  "client-credentials": { list: "oauth", needs: withoutSignIn, where: consumerForm },
  "app-password": { list: "oauth", needs: withoutSignIn, where: "Personal settings → App passwords" },
  "access-token": {
    list: "oauth",
    needs: withAccessToken,
    where: "Settings of the repository, project or workspace → Access tokens → Create",
  },
  "api-token": {
    list: "api-token",
    needs: withApiToken,
    where: "id.atlassian.com → Security → API tokens → Create API token with scopes → Bitbucket",
  },
  "http-access-token": {
    list: "http-access-token",
    needs: withHttpAccessToken,
    where: "Manage account → HTTP access tokens → Create token",
  },
  oauth1: { list: null, needs: withoutScopes, where: "Administration → Application Links" },
};

const cloudConsumer: KindScopes = { list: "oauth", needs: withConsumer, where: consumerForm };
const incomingLink: KindScopes = {
  list: "link",
  needs: withLink,
  where: "Administration → Application Links → the incoming link → Application permissions",
};

/** The scopes a credential can have, and where they are ticked. */
export function scopesOfKind(product: Product, kind: CredentialKind): KindScopes {
  if (kind !== "oauth2") return byKind[kind];
  return product === "cloud" ? cloudConsumer : incomingLink;
}

/** A scope that is needed, and what for. */
export interface NeededScope {
  readonly scope: string;
  readonly tick: string;
  /** One a purpose, such as "to read pull requests". */
  readonly reasons: readonly string[];
}

/**
 * The fewest scopes that serve all the purposes: one that another of them implies is left out, and its reasons go to that one.
 * Empty where there are no scopes; null when a purpose cannot be served so, as signing in with a token.
 */
export function leastScopes(
  product: Product,
  kind: CredentialKind,
  wanted: readonly Purpose[],
): readonly NeededScope[] | null {
  const { list, needs } = scopesOfKind(product, kind);
  const reasons = new Map<string, string[]>();
  for (const purpose of new Set(wanted)) {
    const its = needs[purpose];
    if (its === undefined) return null;
    for (const [scope, reason] of Object.entries(its)) {
      reasons.set(scope, [...new Set([...(reasons.get(scope) ?? []), reason])]);
    }
  }
  return list === null ? [] : withoutImplied(reasons, list);
}

function withoutImplied(reasons: ReadonlyMap<string, readonly string[]>, list: ScopeList): NeededScope[] {
  const scopes = [...reasons.keys()];
  const impliedBy = (scope: string) =>
    scopes.find((other) => other !== scope && expandScopes([other], list).has(scope));
  const kept = scopes.filter((scope) => impliedBy(scope) === undefined);
  return kept.map((scope) => {
    const its = scopes.filter((other) => other === scope || impliedBy(other) === scope);
    const all = its.flatMap((each) => reasons.get(each) ?? []);
    return { scope, tick: findScope(list, scope)?.tick ?? scope, reasons: [...new Set(all)] };
  });
}
