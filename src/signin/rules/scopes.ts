/** Owns which permissions a sign-in has to ask for, so that its rules can be asked about with the person's own token. */
import type { Product } from "../../bitbucket/instance.ts";
import type { PlaceRule, Rule } from "./rule.ts";

/** Beside those of the configuration. None at a Server, whose tokens may all that the person may. */
export function scopesForRules(product: Product, rules: readonly Rule[]): readonly string[] {
  const places = rules.filter((rule) => rule.kind !== "everyone");
  if (places.length === 0 || product === "server") return [];
  return product === "cloud" ? cloudScopes(places) : [linkScope(places)];
}

/** @see GET /user/workspaces, GET /user/workspaces/{workspace}/permissions/repositories, GET /repositories/{workspace} */
function cloudScopes(places: readonly PlaceRule[]): readonly string[] {
  return places.some(({ kind }) => kind !== "workspace") ? ["account", "repository"] : ["account"];
}

/** Each includes those before it. @see "Bitbucket OAuth 2.0 provider API" of Data Center, scopes */
const linkScopes = ["REPO_READ", "REPO_WRITE", "REPO_ADMIN", "PROJECT_ADMIN"] as const;
type LinkScope = (typeof linkScopes)[number];

const ofRepository = { read: "REPO_READ", write: "REPO_WRITE", admin: "REPO_ADMIN" } as const;
const ofProject = { read: "REPO_READ", write: "PROJECT_ADMIN", admin: "PROJECT_ADMIN" } as const;

/** A token tells of no permission that is beyond its own. */
function linkScope(places: readonly PlaceRule[]): LinkScope {
  const needed = places.map(({ kind, permission }) =>
    linkScopes.indexOf((kind === "project" ? ofProject : ofRepository)[permission]),
  );
  return linkScopes[Math.max(0, ...needed)] ?? "REPO_READ";
}
