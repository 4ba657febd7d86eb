/** Owns the step from the configuration to the catalog's sources. */
import type { Fetch } from "../../base/http/door.ts";
import type { CatalogConfig } from "../catalog-config.ts";
import { backstageSource } from "./backstage.ts";
import { fileSource } from "./files.ts";
import { type CatalogKeeper, type KeeperParts, keepCatalog } from "./keeper.ts";

/** Nothing is read yet. */
export function openCatalog(
  { locations }: CatalogConfig,
  { fetch, ...parts }: KeeperParts & { readonly fetch: Fetch },
): CatalogKeeper {
  const targets = locations.flatMap((each) => (each.type === "backstage" ? [] : [each]));
  const addresses = locations.flatMap((each) => (each.type === "backstage" ? [each] : []));
  return keepCatalog(
    [
      ...(targets.length === 0 ? [] : [fileSource(targets)]),
      ...addresses.map((each) => backstageSource(each, fetch)),
    ],
    parts,
  );
}
