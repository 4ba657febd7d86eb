/** Owns the scopes of Bitbucket Cloud: the classic ones with their ticks, words and implications; the granular ones; which an access token may have. */
import type { Rules } from "./rules.ts";

interface Scope {
  /** The group and tick on the forms of consumers and app passwords. */
  readonly group: string;
  readonly tick: string;
  /** What the consent page says. */
  readonly words: string;
  /** Granted along with it. `repository:admin` and `project:admin` imply nothing, on purpose. */
  readonly implies: readonly string[];
  /** Ticked only where this rule is on, or never; what was made earlier may have it all the same. */
  readonly tickedOnly?: "issueAndWikiTicks" | "workspaceMembershipTick" | "never";
}

function scope(group: string, tick: string, words: string, ...implies: readonly string[]): Scope {
  return { group, tick, words, implies };
}

/** In the order of the consumer's form. */
export const scopes: Readonly<Record<string, Scope>> = {
  email: scope("Account", "Email", "Read your account's primary email address"),
  account: scope("Account", "Read", "Read your account information"),
  "account:write": scope("Account", "Write", "Read and modify your account information"),
  team: {
    ...scope("Workspace membership", "Read", "Read your workspace membership"),
    tickedOnly: "workspaceMembershipTick",
  },
  project: scope(
    "Projects",
    "Read",
    "Read your workspace's project settings and read repositories in them",
    "repository",
  ),
  "project:admin": scope("Projects", "Admin", "Administer your workspace's projects"),
  repository: scope("Repositories", "Read", "Read your repositories"),
  "repository:write": scope("Repositories", "Write", "Read and modify your repositories", "repository"),
  "repository:admin": scope("Repositories", "Admin", "Administer your repositories"),
  "repository:delete": scope("Repositories", "Delete", "Delete your repositories"),
  pullrequest: scope("Pull requests", "Read", "Read your repositories and their pull requests", "repository"),
  "pullrequest:write": scope(
    "Pull requests",
    "Write",
    "Read and modify your repositories and their pull requests",
    "pullrequest",
    "repository:write",
  ),
  webhook: scope("Webhooks", "Read and write", "Read and modify your repositories' webhooks"),
  snippet: scope("Snippets", "Read", "Read your snippets"),
  "snippet:write": scope("Snippets", "Write", "Read and modify your snippets", "snippet"),
  pipeline: scope("Pipelines", "Read", "Access your repositories' build pipelines"),
  "pipeline:write": scope("Pipelines", "Write", "Access and rerun your repositories' build pipelines"),
  "pipeline:variable": scope("Pipelines", "Edit variables", "Edit your repositories' pipeline variables"),
  issue: { ...scope("Issues", "Read", "Read your repositories' issues"), tickedOnly: "issueAndWikiTicks" },
  "issue:write": {
    ...scope("Issues", "Write", "Read and modify your repositories' issues", "issue"),
    tickedOnly: "issueAndWikiTicks",
  },
  wiki: {
    ...scope("Wikis", "Read and write", "Read and modify your repositories' wikis"),
    tickedOnly: "issueAndWikiTicks",
  },
  "project:write": {
    ...scope("Projects", "Write", "Read and modify your workspace's projects"),
    tickedOnly: "never",
  },
  runner: scope("Runners", "Read", "Read your workspaces' and repositories' runners"),
  "runner:write": scope("Runners", "Write", "Read and modify your workspaces' and repositories' runners"),
};

/** The scopes that can be ticked under these rules, with their entries, in the form's order. */
export function tickable(rules: Rules): readonly (readonly [name: string, scope: Scope])[] {
  return Object.entries(scopes).filter(([, { tickedOnly }]) =>
    tickedOnly === "never" ? false : tickedOnly === undefined || rules[tickedOnly],
  );
}

/** The scopes that a token with `granted` may use, implied ones included. */
export function expand(granted: readonly string[]): ReadonlySet<string> {
  const all = new Set<string>();
  const add = (name: string) => {
    if (all.has(name)) return;
    all.add(name);
    scopes[name]?.implies.forEach(add);
  };
  granted.forEach(add);
  return all;
}

/** The granular scopes, by what they are about: the verbs there are for it. No verb implies another. */
const granularVerbs = {
  repository: ["read", "write", "admin", "delete"],
  pullrequest: ["read", "write"],
  project: ["read", "admin"],
  workspace: ["read", "admin"],
  user: ["read", "write"],
  pipeline: ["read", "write", "admin"],
  runner: ["read", "write"],
  issue: ["read", "write", "delete"],
  webhook: ["read", "write", "delete"],
  snippet: ["read", "write", "delete"],
  "ssh-key": ["read", "write", "delete"],
  "gpg-key": ["read", "write", "delete"],
  permission: ["read", "write", "delete"],
} as const;

/** Every scope an API token can have, as `read:repository:bitbucket`, in the order of its form. */
export const apiTokenScopes: readonly string[] = Object.entries(granularVerbs).flatMap(([noun, verbs]) =>
  verbs.map((verb) => `${verb}:${noun}:bitbucket`),
);

const ofRepositories = [
  "repository",
  "repository:write",
  "repository:admin",
  "repository:delete",
  "pullrequest",
  "pullrequest:write",
  "webhook",
  "pipeline",
  "pipeline:write",
  "pipeline:variable",
  "runner",
  "runner:write",
] as const;

/** The classic scopes each kind of access token may have. None has `email`; only a workspace's has `account`. */
export const accessTokenScopes: Readonly<Record<"repository" | "project" | "workspace", readonly string[]>> =
  {
    repository: ofRepositories,
    project: ["project", ...ofRepositories],
    workspace: ["account", "project", "project:admin", ...ofRepositories],
  };
