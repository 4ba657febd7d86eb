/** Owns the step from configured instances to the ones that can be talked to. */
import { cloudInstance } from "../bitbucket/cloud.ts";
import type { Instance } from "../bitbucket/instance.ts";
import type { Config } from "./config.ts";

/** Every configured instance by its id. */
export function instancesOf(config: Config): ReadonlyMap<string, Instance> {
  return new Map(
    Object.entries(config.instances).map(([id, { product: _, ...settings }]) => [
      id,
      cloudInstance({ id, ...settings }),
    ]),
  );
}
