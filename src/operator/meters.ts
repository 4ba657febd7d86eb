/** Owns what is counted while the vault works: by this process, since it started. */
import { Counter, collectDefaultMetrics, Histogram, type Registry } from "prom-client";
import type { Clock } from "../base/clock.ts";
import type { VaultMeter } from "../vault/vault.ts";

export interface Meters {
  /** For the vault. */
  readonly meter: VaultMeter;
  /** Renewals of the last sixty minutes that had any, oldest first. */
  lastHour(): readonly RenewalMinute[];
  /** Instances at which key and secret were refused in the last quarter of an hour. */
  refusedInstances(): readonly string[];
  readonly startedAt: Date;
}

export interface RenewalMinute {
  readonly minute: Date;
  readonly renewed: number;
  readonly failed: number;
}

const minuteMilliseconds = 60_000;
const refusedMilliseconds = 15 * minuteMilliseconds;

/** Puts the meters into `register`, with those of the process itself. */
export function createMeters(register: Registry, clock: Clock): Meters {
  collectDefaultMetrics({ register });
  const counters = createCounters(register);
  const hour = rememberHour(clock);
  const refused = new Map<string, number>();
  let handedOut = 0;
  counters.handedOut(() => handedOut);
  return {
    startedAt: clock.now(),
    meter: {
      // The hottest path of all: an addition, and the metric is made of it when somebody asks.
      handedOut() {
        handedOut += 1;
      },
      renewal(outcome, seconds) {
        counters.renewals.inc({ outcome });
        counters.durations.observe(seconds);
        if (outcome !== "overtaken") hour.note(outcome === "renewed");
      },
      failed(instance, reason) {
        counters.failures.inc({ reason });
        if (reason === "vault.consumer_refused") refused.set(instance, clock.now().getTime());
      },
      waited: (seconds) => counters.waits.observe(seconds),
    },
    lastHour: hour.minutes,
    refusedInstances() {
      const since = clock.now().getTime() - refusedMilliseconds;
      for (const [instance, at] of refused) if (at < since) refused.delete(instance);
      return [...refused.keys()];
    },
  };
}

function createCounters(register: Registry) {
  const registers = [register];
  return {
    renewals: new Counter({
      name: "windlass_vault_renewals_total",
      help: "Renewals that ended: renewed, overtaken by another process, or the code of the failure.",
      labelNames: ["outcome"],
      registers,
    }),
    failures: new Counter({
      name: "windlass_vault_renewal_failures_total",
      help: "What was made of renewals that failed, by the code on record.",
      labelNames: ["reason"],
      registers,
    }),
    durations: new Histogram({
      name: "windlass_vault_renewal_duration_seconds",
      help: "From the claim of the lease to the end of a renewal, whatever came of it.",
      buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    waits: new Histogram({
      name: "windlass_vault_renewal_wait_seconds",
      help: "How long callers waited for a renewal, their own process's or another's; those who came together count once.",
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 90],
      registers,
    }),
    handedOut: (total: () => number) =>
      new Counter({
        name: "windlass_vault_tokens_handed_out_total",
        help: "Tokens and signed headers that were handed out.",
        registers,
        collect() {
          this.reset();
          this.inc(total());
        },
      }),
  };
}

/** One number pair a minute; what is older than an hour is dropped when the next minute begins. */
function rememberHour(clock: Clock) {
  const minutes = new Map<number, { renewed: number; failed: number }>();
  const present = () => Math.floor(clock.now().getTime() / minuteMilliseconds);
  const dropOld = () => {
    const first = present() - 59;
    for (const minute of minutes.keys()) if (minute < first) minutes.delete(minute);
  };
  return {
    note(renewed: boolean) {
      const minute = present();
      const counted = minutes.get(minute) ?? { renewed: 0, failed: 0 };
      if (counted.renewed + counted.failed === 0) dropOld();
      counted[renewed ? "renewed" : "failed"] += 1;
      minutes.set(minute, counted);
    },
    minutes() {
      dropOld();
      return [...minutes]
        .sort(([left], [right]) => left - right)
        .map(([minute, counted]) => ({ minute: new Date(minute * minuteMilliseconds), ...counted }));
    },
  };
}
