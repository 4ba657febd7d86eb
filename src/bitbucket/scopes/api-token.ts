/** Owns the granular scopes of Bitbucket Cloud's API tokens, as data. */
import type { Scope } from "./scope.ts";

const removedWithIssues = { removed: "2026-08-20" };

/** What each verb of a subject lets do. No verb implies another: `write` does not give `read`. */
const subjects: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  repository: {
    read: "read code, commits, branches and files; no pull requests",
    write: "change branches, tags and files, and fork",
    admin: "change a repository's settings; it reads no code",
    delete: "delete repositories",
  },
  pullrequest: {
    read: "read pull requests and comment on them",
    write: "make, change, approve, decline and merge pull requests",
  },
  project: {
    read: "read projects and who may what in them",
    admin: "make, change and delete projects; it reads no repository",
  },
  workspace: {
    read: "read workspaces, their members and who may what in them",
    admin: "make, change and delete workspaces; it reads no repository",
  },
  user: {
    read: "read whose token it is, e-mail addresses included",
    write: "change the account whose token it is",
  },
  pipeline: {
    read: "read pipelines, steps, logs and tests",
    write: "start and stop pipelines",
    admin: "make and change the variables of pipelines",
  },
  runner: { read: "read the runners of pipelines", write: "make, change and delete runners" },
  issue: {
    read: "nothing today: Bitbucket's issue tracker is gone",
    write: "nothing today: Bitbucket's issue tracker is gone",
    delete: "nothing today: Bitbucket's issue tracker is gone",
  },
  webhook: { read: "list webhooks", write: "make and change webhooks", delete: "delete webhooks" },
  snippet: { read: "read snippets", write: "make and change snippets", delete: "delete snippets" },
  "ssh-key": {
    read: "read deploy keys and SSH keys",
    write: "make and change deploy keys and SSH keys",
    delete: "delete deploy keys and SSH keys",
  },
  "gpg-key": { read: "read GPG keys", write: "make and change GPG keys", delete: "delete GPG keys" },
  permission: { read: "read permissions", write: "give and change permissions", delete: "take permissions" },
};

/**
 * The form for API tokens at id.atlassian.com lists them by these very names. Those of issues opened a function that is gone.
 * @see https://developer.atlassian.com/cloud/bitbucket/rest/intro/#authentication "Forge app and API token scopes"
 */
export const apiTokenScopes: Readonly<Record<string, Scope>> = Object.fromEntries(
  Object.entries(subjects).flatMap(([subject, verbs]) =>
    Object.entries(verbs).map(([verb, meaning]) => {
      const name = `${verb}:${subject}:bitbucket`;
      const gone = subject === "issue" ? removedWithIssues : {};
      return [name, { meaning, tick: name, implies: [], ...gone }];
    }),
  ),
);
