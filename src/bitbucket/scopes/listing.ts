/** Owns the catalogue as rows: what a command or a document prints. */
import type { CredentialKind } from "../credential.ts";
import type { Product } from "../instance.ts";
import { cloudScope, scopeLists } from "./catalogue.ts";
import { leastScopes, type NeededScope, type Purpose, purposes, scopesOfKind } from "./purposes.ts";
import type { AccessTokenOwner, Scope, ScopeList } from "./scope.ts";

/** The products, as people call them. */
export const productNames: Readonly<Record<Product, string>> = {
  cloud: "Bitbucket Cloud",
  "data-center": "Bitbucket Data Center (7.20 and newer)",
  server: "Bitbucket Server and Data Center before 7.20",
};

/** The kinds of credentials, as people call them. */
export const kindNames: Readonly<Record<CredentialKind, string>> = {
  oauth2: "OAuth 2",
  oauth1: "OAuth 1.0a application link",
  "api-token": "API token",
  "app-password": "app password (retired on 28 July 2026)",
  "access-token": "repository, project or workspace access token",
  "http-access-token": "HTTP access token",
  "client-credentials": "OAuth 2, a private consumer on its own",
};

/** What each list is of. */
export const listNames: Readonly<Record<ScopeList, string>> = {
  oauth: "Bitbucket Cloud: OAuth consumers and access tokens",
  "api-token": "Bitbucket Cloud: API tokens",
  link: "Bitbucket Data Center: incoming OAuth 2 links",
  "http-access-token": "Bitbucket Data Center and Server: HTTP access tokens",
};

const listsOf: Readonly<Record<Product, readonly ScopeList[]>> = {
  cloud: ["oauth", "api-token"],
  "data-center": ["link", "http-access-token"],
  server: ["http-access-token"],
};

/** The credentials each product knows, the recommended one first. Kept apart from what makes requests of them, so that printing loads none of it. */
export const kindsOf: Readonly<Record<Product, readonly CredentialKind[]>> = {
  cloud: ["oauth2", "api-token", "access-token", "client-credentials", "app-password"],
  "data-center": ["oauth2", "http-access-token"],
  server: ["oauth1", "http-access-token"],
};

/**
 * Of the lists whose ticks nobody has confirmed: Atlassian's pages name the scopes alone, and what the form says beside its boxes
 * was not seen. Their tick is the scope's own name.
 */
const unconfirmed: readonly ScopeList[] = ["link", "http-access-token"];

/** What has to be said of those ticks, in one sentence. */
export const unconfirmedTicks =
  "What Data Center's and Server's forms call these is not confirmed: their ticks are given as the scopes' own names, and the form may say “Repositories: Read” or “Repository read” for REPO_READ.";

/** Whether the list's ticks are confirmed to be the form's words. */
export function hasConfirmedTicks(list: ScopeList): boolean {
  return !unconfirmed.includes(list);
}

/** A scope as it is listed. */
export interface ScopeRow extends Scope {
  readonly list: ScopeList;
  readonly scope: string;
  /** Whether `tick` is confirmed to be what the form says. */
  readonly confirmed: boolean;
  /** Of Cloud's OAuth scopes: Bitbucket's own sentence, the granular scopes and the access tokens that open the same. */
  readonly title?: string;
  readonly apiToken?: readonly string[];
  readonly accessTokens?: readonly AccessTokenOwner[];
}

/** Every scope of the products, list by list. */
export function scopeRows(products: readonly Product[]): readonly ScopeRow[] {
  const lists = new Set(products.flatMap((product) => listsOf[product]));
  return [...lists].flatMap((list) =>
    Object.entries(scopeLists[list]).map(([scope, entry]) => ({
      list,
      scope,
      confirmed: hasConfirmedTicks(list),
      ...entry,
      ...(list === "oauth" ? cloudScope(scope) : {}),
    })),
  );
}

/** The least scopes for one purpose by one kind of credential. */
export interface LeastRow {
  readonly purpose: Purpose;
  readonly product: Product;
  readonly kind: CredentialKind;
  /** Where they are ticked. */
  readonly where: string;
  /** Empty where there are no scopes. */
  readonly scopes: readonly NeededScope[];
}

/** What to ask for, for every purpose and every credential that can serve it. */
export function leastRows(products: readonly Product[], wanted: readonly Purpose[]): readonly LeastRow[] {
  return wanted.flatMap((purpose) =>
    places(products).flatMap(([product, kind]) => {
      const scopes = leastScopes(product, kind, [purpose]);
      return scopes === null
        ? []
        : [{ purpose, product, kind, where: scopesOfKind(product, kind).where, scopes }];
    }),
  );
}

function places(products: readonly Product[]): readonly (readonly [Product, CredentialKind])[] {
  return products.flatMap((product) => kindsOf[product].map((kind) => [product, kind] as const));
}

/** The purpose of that name, or null. */
export function purposeNamed(name: string): Purpose | null {
  // `hasOwn` has just shown that it is one of the keys.
  return Object.hasOwn(purposes, name) ? (name as Purpose) : null;
}

/** The product of that name, or null. */
export function productNamed(name: string): Product | null {
  // `hasOwn` has just shown that it is one of the keys.
  return Object.hasOwn(productNames, name) ? (name as Product) : null;
}

/** What there is to know of a scope beside its meaning: what it brings, when it went, what took its place. */
export function scopeNotes({ implies, removed, obsolete, replacedBy }: Scope): readonly string[] {
  return [
    ...(implies.length === 0 ? [] : [`brings ${implies.join(", ")}`]),
    ...(removed === undefined ? [] : [`removed on ${removed}`]),
    ...(obsolete === undefined ? [] : [obsolete]),
    ...(replacedBy === undefined ? [] : [`use ${replacedBy}`]),
  ];
}
