/** Owns the addresses of a repository and what lies below it. */
import type { Origins } from "../../../core/context.ts";
import type { Repository } from "../../../core/world.ts";
import { type PathBytes, pathInUrl, pathOfText } from "../../../git/path.ts";
import { bracedInPath } from "../../answers.ts";

/** One link, as JSON carries it. */
export interface Link {
  readonly href: string;
}

export interface RepositoryLinks {
  /** Below the repository in the API; `path` begins with a slash and is encoded already. */
  api(path: string): Link;
  /** Below the repository on the website. */
  web(path: string): Link;
  readonly avatar: Link;
  /** A file or, with a slash behind it, a folder. */
  source(commitHash: string, path: PathBytes, suffix?: string): Link;
}

/** The links of one repository, by its slug. */
export function repositoryLinks(origins: Origins, repository: Repository): RepositoryLinks {
  const fullName = `${encodeURIComponent(repository.workspaceSlug)}/${encodeURIComponent(repository.slug)}`;
  const api = (path: string) => ({ href: `${origins.api}/2.0/repositories/${fullName}${path}` });
  return {
    api,
    web: (path) => ({ href: `${origins.web}/${fullName}${path}` }),
    avatar: { href: `${origins.web}/ravatar/${bracedInPath(repository.uuid)}?ts=default` },
    source: (commitHash, path, suffix = "") => api(`/src/${commitHash}/${pathInUrl(path)}${suffix}`),
  };
}

/** A branch or tag in a URL: its slashes stay. */
export function referenceInUrl(name: string): string {
  return pathInUrl(pathOfText(name));
}
