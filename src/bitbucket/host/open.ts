/** Owns choosing the side of a code host by the instance's product. */
import type { Api } from "../api/client.ts";
import type { Instance } from "../instance.ts";
import { cloudHost, cloudLinks } from "./cloud.ts";
import { dataCenterHost, dataCenterLinks } from "./data-center.ts";
import type { CodeHost, HostLinks } from "./host.ts";

/** The instance seen with one credential. */
export function openHost(instance: Instance, api: Api): CodeHost {
  return instance.product === "cloud" ? cloudHost(instance, api) : dataCenterHost(instance, api);
}

/** Addresses of the instance's website. */
export function linksOf(instance: Instance): HostLinks {
  return instance.product === "cloud" ? cloudLinks(instance) : dataCenterLinks(instance);
}
