/** Owns the facts that pages show of instances and connections. */
import type { Clock } from "../base/clock.ts";
import type { CredentialKind } from "../bitbucket/credential.ts";
import type { HostLinks } from "../bitbucket/host/host.ts";
import { linksOf } from "../bitbucket/host/open.ts";
import type { Instance } from "../bitbucket/instance.ts";
import type { ScopeGap } from "../bitbucket/scopes/compare.ts";
import { leastScopes } from "../bitbucket/scopes/purposes.ts";
import { type Connection, endsSoon } from "../connections/connection.ts";
import { gapsOf, scopesToAsk } from "../connections/permissions.ts";
import type { Instances } from "../instances/instances.ts";
import { redirectUriOf } from "./callback.ts";
import type { Config } from "./config.ts";

export function createFacts(parts: {
  readonly config: Config;
  readonly clock: Clock;
  readonly instances: Pick<Instances, "find">;
}) {
  const { config, clock, instances } = parts;
  return {
    /** Addresses of an instance's website; null when it is set up no more. */
    async links(instanceId: string): Promise<HostLinks | null> {
      const instance = await instances.find(instanceId).catch(() => null);
      return instance === null ? null : linksOf(instance);
    },
    /** Where an instance sends people back to. */
    redirectUri: (instanceId: string) => redirectUriOf(config, instanceId),
    /** What consent to connecting is asked for. */
    scopesToAsk,
    /** What a credential a person brings has to be allowed for reading code. */
    scopesFor: ({ product }: Instance, kind: CredentialKind) =>
      leastScopes(product, kind, ["read-code"]) ?? [],
    /** What a connection was not granted and will need; nothing when its instance is set up no more. */
    async gaps(connection: Pick<Connection, "instanceId" | "kind" | "scopes">): Promise<readonly ScopeGap[]> {
      const instance = await instances.find(connection.instanceId).catch(() => null);
      return instance === null ? [] : gapsOf(instance, connection);
    },
    /** Whether Bitbucket can be told to end a connection's access. */
    async canRevoke({ instanceId, kind }: Pick<Connection, "instanceId" | "kind">): Promise<boolean> {
      const instance = await instances.find(instanceId).catch(() => null);
      return instance?.product === "data-center" && kind === "oauth2";
    },
    /** Whether a connection's credential ends so soon that a new one has to be made. */
    endsSoon: (connection: Pick<Connection, "endsAt">) => endsSoon(connection, clock.now()),
  };
}
