/** Owns looking scopes up: by list and name, with all they imply. */
import { apiTokenScopes } from "./api-token.ts";
import { cloudScopes } from "./cloud.ts";
import { httpAccessTokenPermissions, linkScopes } from "./data-center.ts";
import type { CloudScope, Scope, ScopeList } from "./scope.ts";

/** Every list, by name of scope. */
export const scopeLists: Readonly<Record<ScopeList, Readonly<Record<string, Scope>>>> = {
  oauth: cloudScopes,
  "api-token": apiTokenScopes,
  link: linkScopes,
  "http-access-token": httpAccessTokenPermissions,
};

/** The list's entry, or null for a scope it does not have. */
export function findScope(list: ScopeList, name: string): Scope | null {
  const scopes = scopeLists[list];
  return Object.hasOwn(scopes, name) ? (scopes[name] ?? null) : null;
}

/** The entry of Cloud's OAuth scopes, or null for a scope that list does not have. */
export function cloudScope(name: string): CloudScope | null {
  // The keys of the catalogue are a subset of all strings; `hasOwn` has just shown that this is one of them.
  return Object.hasOwn(cloudScopes, name) ? cloudScopes[name as keyof typeof cloudScopes] : null;
}

/** The scopes with everything they imply, over all steps. A name the list does not have stays, and brings nothing. */
export function expandScopes(scopes: Iterable<string>, list: ScopeList = "oauth"): ReadonlySet<string> {
  const all = new Set<string>();
  const open = [...scopes];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (all.has(name)) continue;
    all.add(name);
    open.push(...(findScope(list, name)?.implies ?? []));
  }
  return all;
}

/** The list a foreign scope belongs to, judged by its form alone. */
export function listOf(name: string): ScopeList {
  if (/^[a-z]+:[a-z-]+:bitbucket$/.test(name)) return "api-token";
  return /^[A-Z]+(_[A-Z]+)+$/.test(name) ? "link" : "oauth";
}
