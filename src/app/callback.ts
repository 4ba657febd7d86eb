/** Owns the addresses at which people come back from Bitbucket. */
import type { Config } from "./config.ts";

type Sites = Pick<Config, "baseUrl" | "instances">;

/** Where an instance sends people back to: its `callbackPath`, else `/auth/{id}/callback`. */
export function callbackPathOf({ instances }: Pick<Sites, "instances">, id: string): string {
  const own = Object.hasOwn(instances, id) ? instances[id]?.callbackPath : undefined;
  return own ?? `/auth/${id}/callback`;
}

/** The whole address, as it has to be registered at Bitbucket. */
export function redirectUriOf(sites: Sites, id: string): string {
  return sites.baseUrl + callbackPathOf(sites, id);
}

/** The path at which Backstage lets people come back: a consumer registered for it works unchanged. */
const backstageCallback = "/api/auth/bitbucket/handler/frame";

/** Every path that is served beside `/auth/{id}/callback`, with the instance it belongs to. */
export function furtherCallbacks({ instances }: Pick<Sites, "instances">): ReadonlyMap<string, string> {
  const paths = new Map(Object.hasOwn(instances, "bitbucket") ? [[backstageCallback, "bitbucket"]] : []);
  for (const [id, { callbackPath }] of Object.entries(instances))
    if (callbackPath !== undefined) paths.set(callbackPath, id);
  return paths;
}
