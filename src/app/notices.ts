/** Owns what an operator should know of a configuration before anything is started with it. */
import { systemClock } from "../base/clock.ts";
import { openNodeDoor } from "../base/http/node-door.ts";
import { silentLog } from "../base/log.ts";
import { openAdmission } from "./admission.ts";
import { openCatalog } from "./catalog/open.ts";
import type { Config } from "./config.ts";
import { networkRules } from "./network-config.ts";

/** One sentence each. Reads the catalog, from addresses too; opens no database, and so looks into no connected repository. */
export async function noticesOf(config: Config): Promise<readonly string[]> {
  const door = openNodeDoor({ network: networkRules(config) });
  const host = () => Promise.reject(new Error("windlass serve reads it, by the connection that is named"));
  const world = { clock: systemClock(), log: silentLog, fetch: door.fetch, host };
  const admission = openAdmission(config, openCatalog(config.catalog, world));
  try {
    return [...dangers(config), ...(await admission.notices()), ...(config.notices ?? [])];
  } finally {
    await admission.close();
    await door.close();
  }
}

/** What is switched on that is dangerous unless the operator knows why. */
function dangers({ instances, metrics, sessions, baseUrl }: Config): readonly string[] {
  const sharing = Object.entries(instances).filter(
    ([, instance]) => instance.product === "cloud" && instance.sharesConsumer,
  );
  return [
    ...(metrics?.allowRemote === true
      ? [
          `Everybody who can reach ${metrics.host} can read metrics and health: metrics.allowRemote is on, and there is no login.`,
        ]
      : []),
    ...sharing.map(
      ([id]) =>
        `Whoever signs in can read what the workspace of ${id}'s OAuth consumer holds: sharesConsumer is on.`,
    ),
    ...(sessions.plainCookiesOnLoopback
      ? [
          `Cookies at ${baseUrl} are not bound to this host: sessions.plainCookiesOnLoopback is on, for development alone.`,
        ]
      : []),
  ];
}
