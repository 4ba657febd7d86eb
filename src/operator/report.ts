/** Owns the account of the vault's health: what `/health.json` answers, and what the page draws. */
import { type HealthFacts, ofProjects, type StoredFacts } from "../app/health.ts";
import { reasonOf } from "../app/reasons.ts";
import { type Alarm, alarmsOf, type Status, statusOf } from "./alarms.ts";
import type { Meters, RenewalMinute } from "./meters.ts";

export interface Report {
  readonly status: Status;
  readonly at: Date;
  /** Since when this process counts. */
  readonly startedAt: Date;
  readonly alarms: readonly Alarm[];
  /** What only the people behind connections can mend. */
  readonly needsPerson: readonly Need[];
  /** By this process. */
  readonly renewalsOfLastHour: readonly RenewalMinute[];
  readonly record: HealthFacts["record"];
  /** Null when the database did not answer. */
  readonly stored: StoredFacts | null;
}

export interface Need {
  readonly count: number;
  readonly state: string;
  readonly reason: string | null;
  readonly text: string;
  readonly cure: string;
}

export function makeReport(
  facts: HealthFacts,
  meters: Meters,
  isConfigured: (instance: string) => boolean,
): Report {
  const { stored, at, record } = facts;
  const refused = meters.refusedInstances().map((id) => (isConfigured(id) ? id : ofProjects));
  const alarms = alarmsOf({ facts, refusedInstances: [...new Set(refused)] });
  return {
    status: statusOf(alarms),
    at,
    startedAt: meters.startedAt,
    alarms,
    needsPerson: needsOf(stored),
    renewalsOfLastHour: meters.lastHour(),
    record,
    stored,
  };
}

const waiting = ["reconnect", "suspended"];

/** By state and reason, the most first. */
function needsOf(stored: StoredFacts | null): readonly Need[] {
  const needs = new Map<string, Need>();
  for (const { state, reason, count } of stored?.connections ?? []) {
    if (!waiting.includes(state)) continue;
    const known = reasonOf(reason ?? `vault.${state}`);
    const key = JSON.stringify([state, reason]);
    needs.set(key, {
      count: count + (needs.get(key)?.count ?? 0),
      state,
      reason,
      text: known?.message ?? `These connections are in the state ${state}.`,
      cure: known?.cure ?? "Look at the reason on the connection's card.",
    });
  }
  return [...needs.values()].sort((left, right) => right.count - left.count);
}
