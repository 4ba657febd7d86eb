/** Owns the permissions in words, as the forms tick them and the consent page lists them. */
import { type DcScope, isDcScope } from "../scopes.ts";

const words: Readonly<Record<DcScope, string>> = {
  PUBLIC_REPOS: "See what everybody who is logged in may see, and your own profile",
  ACCOUNT_WRITE: "Account: view and change",
  REPO_READ: "Repositories: read",
  REPO_WRITE: "Repositories: write",
  REPO_ADMIN: "Repositories: admin",
  PROJECT_READ: "Projects: read",
  PROJECT_WRITE: "Projects: write",
  PROJECT_ADMIN: "Projects: admin",
  ADMIN_WRITE: "Administration: write",
  SYSTEM_ADMIN: "System administration",
};

/** `Repositories: read`; a name that is no permission stays as it is. */
export function permissionWords(name: string): string {
  return isDcScope(name) ? words[name] : name;
}

/** The permissions ticked in a posted form; what cannot be ticked there is not given. */
export function tickedPermissions<Name extends string>(
  form: URLSearchParams,
  tickable: readonly Name[],
): readonly Name[] {
  const ticked = new Set(form.getAll("permission"));
  return tickable.filter((name) => ticked.has(name));
}
