/** Owns guessing which scope was meant by a name Bitbucket does not have. */
import { editDistance } from "../../base/edit-distance.ts";
import type { Product } from "../instance.ts";
import { findScope, scopeLists } from "./catalogue.ts";
import type { ScopeList } from "./scope.ts";

/** What other providers, older guides and Bitbucket's other lists call a scope. */
const cloudNames: Readonly<Record<string, string>> = {
  user: "account",
  profile: "account",
  openid: "account",
  "user:email": "email",
  emails: "email",
  repo: "repository",
  repos: "repository",
  repositories: "repository",
  public_repo: "repository",
  public_repos: "repository",
  repo_read: "repository",
  repo_write: "repository:write",
  repo_admin: "repository:admin",
  project_read: "project",
  project_admin: "project:admin",
  workspace: "account",
  workspaces: "account",
  pr: "pullrequest",
  pull_request: "pullrequest",
  "pull-request": "pullrequest",
  pullrequests: "pullrequest",
  hook: "webhook",
  hooks: "webhook",
  webhooks: "webhook",
  "admin:repo_hook": "webhook",
};

const linkNames: Readonly<Record<string, string>> = {
  account: "PUBLIC_REPOS",
  email: "PUBLIC_REPOS",
  "account:write": "ACCOUNT_WRITE",
  repository: "REPO_READ",
  "repository:write": "REPO_WRITE",
  "repository:admin": "REPO_ADMIN",
  project: "REPO_READ",
  project_read: "REPO_READ",
  "project:admin": "PROJECT_ADMIN",
  pullrequest: "REPO_READ",
  "pullrequest:write": "REPO_WRITE",
  webhook: "REPO_ADMIN",
};

/** Whether a consumer or link can be asked for it. Server's links know no scopes at all. */
export function isScope(name: string, product: Product): boolean {
  const list = listFor(product);
  const entry = list === null ? null : findScope(list, name);
  return entry !== null && entry.replacedBy === undefined;
}

/**
 * What Bitbucket calls the scope that was meant: `repository` for `repository:read`, `read:repository:bitbucket` or `repo`.
 * Null when nothing is near, and for a name that is right as it stands.
 */
export function suggestScope(name: string, product: Product): string | null {
  const list = listFor(product);
  if (list === null || isScope(name, product)) return null;
  const replacement = findScope(list, name)?.replacedBy;
  if (replacement !== undefined) return replacement;
  for (const spelling of spellings(name)) {
    const known = knownAs(spelling, product);
    if (known !== null) return known;
  }
  return nearest(name, list);
}

function listFor(product: Product): ScopeList | null {
  if (product === "server") return null;
  return product === "cloud" ? "oauth" : "link";
}

/** The name itself; without `:read`; `verb:subject[:bitbucket]` turned round. */
function spellings(name: string): readonly string[] {
  const plain = name.trim().toLowerCase();
  const turned = /^(read|write|admin|delete):([a-z_-]+)(?::bitbucket)?$/.exec(plain);
  const round = turned === null ? plain : `${turned[2]}:${turned[1]}`;
  return [plain, round, plain.replace(/:read$/, ""), round.replace(/:read$/, "")];
}

function knownAs(spelling: string, product: Product): string | null {
  const asCloud = findScope("oauth", spelling) !== null ? spelling : own(cloudNames, spelling);
  if (product === "cloud") return asCloud;
  const asLink = findScope("link", spelling.toUpperCase()) !== null ? spelling.toUpperCase() : null;
  return asLink ?? own(linkNames, spelling) ?? (asCloud === null ? null : own(linkNames, asCloud));
}

function own(names: Readonly<Record<string, string>>, name: string): string | null {
  return Object.hasOwn(names, name) ? (names[name] ?? null) : null;
}

/** One letter in four may be wrong. */
function nearest(name: string, list: ScopeList): string | null {
  const wanted = name.toLowerCase();
  const ranked = Object.entries(scopeLists[list])
    .filter(([, { replacedBy, removed }]) => replacedBy === undefined && removed === undefined)
    .map(([scope]) => ({ scope, distance: editDistance(wanted, scope.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.floor(wanted.length / 4) ? best.scope : null;
}
