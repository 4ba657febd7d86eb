/** Owns the step from the configuration to the catalog's sources. */
import type { Fetch } from "../../base/http/door.ts";
import type { CatalogConfig } from "../catalog-config.ts";
import { backstageSource } from "./backstage.ts";
import { fileSource } from "./files.ts";
import { type CatalogKeeper, type KeeperParts, keepCatalog } from "./keeper.ts";
import { type HostOf, repositorySource } from "./repository.ts";

export interface CatalogParts extends KeeperParts {
  readonly fetch: Fetch;
  /** Bitbucket, seen with a connection. */
  readonly host: HostOf;
}

/** Nothing is read yet. */
export function openCatalog(
  { locations }: CatalogConfig,
  { fetch, host, ...parts }: CatalogParts,
): CatalogKeeper {
  const targets = locations.flatMap((each) => ("target" in each ? [each] : []));
  const others = locations.flatMap((each) => {
    if (each.type === "backstage") return [backstageSource(each, fetch)];
    return each.type === "repository" ? [repositorySource(each, host)] : [];
  });
  return keepCatalog([...(targets.length === 0 ? [] : [fileSource(targets)]), ...others], parts);
}
