/** Owns Data Center and Server as a code host. */
import type { Api } from "../api/client.ts";
import { bitbucketErrors } from "../errors.ts";
import type { DataCenterInstance, ServerInstance } from "../instance.ts";
import type { CodeHost, HostLinks } from "./host.ts";

/** A self-hosted Bitbucket with one credential. */
export function dataCenterHost(_instance: DataCenterInstance | ServerInstance, _api: Api): CodeHost {
  throw bitbucketErrors.fail("bitbucket.gone");
}

/** Addresses of the website. */
export function dataCenterLinks({ baseUrl }: DataCenterInstance | ServerInstance): HostLinks {
  const repository = ({ workspace, slug }: { readonly workspace: string; readonly slug: string }) =>
    `${baseUrl}/projects/${encodeURIComponent(workspace)}/repos/${encodeURIComponent(slug)}`;
  return {
    hosts: [new URL(baseUrl).host],
    repository: (place) => `${repository(place)}/browse`,
    commit: (place, hash) => `${repository(place)}/commits/${hash}`,
  };
}
