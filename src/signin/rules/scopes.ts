/** Owns what a sign-in has to be granted so that its rules can be asked. */
import type { Product } from "../../bitbucket/instance.ts";
import type { PlaceRule, Rule } from "./rule.ts";

/**
 * The scopes beside those of signing in. Data Center tells a person's permission by a token only as far as the token itself
 * reaches, and no link can be given a permission to write to projects without that to administer them. None for a Server:
 * there are no scopes.
 */
export function scopesToAsk(product: Product, rules: readonly Rule[]): readonly string[] {
  if (product === "server") return [];
  const places = rules.filter((rule) => rule.kind !== "everyone");
  return [...new Set(places.flatMap(product === "cloud" ? atCloud : atDataCenter))];
}

/** @see GET /user/workspaces, GET /user/workspaces/{workspace}/permissions/repositories, GET /repositories/{workspace} */
function atCloud({ kind }: PlaceRule): readonly string[] {
  return kind === "workspace" ? ["account"] : ["account", "repository"];
}

/** @see https://confluence.atlassian.com/bitbucketserver/oauth-2-0-scopes-for-incoming-links-1116282015.html */
function atDataCenter({ kind, permission }: PlaceRule): readonly string[] {
  if (permission === "read") return ["REPO_READ"];
  if (kind === "project") return ["PROJECT_ADMIN"];
  return [permission === "write" ? "REPO_WRITE" : "REPO_ADMIN"];
}
