/** Owns the step from configured instances to the ones that can be talked to. */
import { cloudInstance } from "../bitbucket/cloud.ts";
import type { Instance } from "../bitbucket/instance.ts";
import { connectScopes } from "../connections/permissions.ts";
import type { Config } from "./config.ts";

/** Every scope a consumer has to have: those people sign in with, and those a project is connected with. */
export function scopesOf({ scopes }: Instance): readonly string[] {
  return [...new Set([...scopes, ...connectScopes])];
}

/** Every configured instance by its id. */
export function instancesOf(config: Config): ReadonlyMap<string, Instance> {
  return new Map(
    Object.entries(config.instances).map(([id, { product: _, ...settings }]) => [
      id,
      cloudInstance({ id, ...settings }),
    ]),
  );
}
