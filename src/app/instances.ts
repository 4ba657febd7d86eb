/** Owns the step from the configuration to the instances that can be talked to. */
import { cloudInstance } from "../bitbucket/cloud.ts";
import type { Instance } from "../bitbucket/instance.ts";
import { dataCenterInstance, serverInstance } from "../bitbucket/self-hosted.ts";
import { scopesToAsk } from "../connections/permissions.ts";
import { scopesForRules } from "../signin/rules/scopes.ts";
import { rulesOf } from "./admission.ts";
import type { Config } from "./config.ts";

/** Every scope a registration has to have: those people sign in with, and those a project is connected with. */
export function scopesOf(instance: Instance): readonly string[] {
  return [...new Set([...instance.scopes, ...scopesToAsk(instance)])];
}

/** Every configured instance by its id. */
export function instancesOf(config: Config): ReadonlyMap<string, Instance> {
  return new Map(
    Object.entries(config.instances).map(([id, settings]) => {
      const instance = makeInstance(id, settings);
      // Whoever signs in is asked about with their own token.
      const asked = scopesForRules(instance.product, rulesOf(config, id));
      return [id, { ...instance, scopes: [...new Set([...instance.scopes, ...asked])] }];
    }),
  );
}

function makeInstance(id: string, settings: Config["instances"][string]): Instance {
  const isConfigured = true;
  if (settings.product === "cloud") return cloudInstance({ id, ...settings, isConfigured });
  if (settings.product === "data-center") return dataCenterInstance({ id, ...settings, isConfigured });
  return serverInstance({ id, ...settings, isConfigured });
}
