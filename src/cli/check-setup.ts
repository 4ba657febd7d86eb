/** Owns the doctor's round: every instance of the server's configuration, one after the other. */
import { redirectUriOf } from "../app/callback.ts";
import { instancesOf, scopesOf } from "../app/instances.ts";
import { networkRules } from "../app/network-config.ts";
import { systemClock } from "../base/clock.ts";
import { openNodeDoor } from "../base/http/node-door.ts";
import { examine } from "../doctor/doctor.ts";
import type { Finding } from "../doctor/finding.ts";
import { readServerConfig } from "./server-config.ts";

/** A finding, and about which instance. */
export interface SetupFinding extends Finding {
  readonly instance: string;
}

/** Throws `app.config_invalid`. */
export async function checkSetup(
  configFiles: readonly string[] | undefined,
): Promise<readonly SetupFinding[]> {
  const config = readServerConfig(configFiles);
  const door = openNodeDoor({ deadlineMilliseconds: 10_000, network: networkRules(config) });
  const findings: SetupFinding[] = [];
  try {
    for (const instance of instancesOf(config).values()) {
      const redirectUri = redirectUriOf(config, instance.id);
      const parts = {
        instance,
        fetch: door.fetch,
        clock: systemClock(),
        redirectUri,
        scopes: scopesOf(instance),
      };
      findings.push(...(await examine(parts)).map((finding) => ({ instance: instance.id, ...finding })));
    }
  } finally {
    await door.close();
  }
  return findings;
}
