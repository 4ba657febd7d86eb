/** Owns the gauges: what the database says at the moment somebody asks, as Prometheus reads it. */
import { Gauge, type Registry } from "prom-client";
import type { HealthFacts, StoredFacts } from "../app/health.ts";

/** Puts the gauges into `register`; what is returned sets them to the facts of now. */
export function createGauges(register: Registry): (facts: HealthFacts) => void {
  const isUp = gauge(register, "windlass_database_up", "1 when the database answered, 0 when it did not.");
  const read = gauge(
    register,
    "windlass_health_read_seconds",
    "How long the database was asked for these numbers.",
  );
  const writable = gauge(
    register,
    "windlass_audit_writable",
    "0 when this process could not write the record the last time it tried, else 1.",
  );
  const setStored = [
    connectionGauges(register),
    renewalGauges(register),
    keepAliveGauges(register),
    keyGauges(register),
    recordGauge(register),
  ];
  return (facts) => {
    isUp.set(facts.stored === null ? 0 : 1);
    read.set(facts.readSeconds);
    writable.set(facts.record.failingSince === null ? 1 : 0);
    for (const set of setStored) set(facts.stored, facts.at);
  };
}

/** Of a database that does not answer nothing is known, and nothing is said: the gauges go. */
type Setter = (stored: StoredFacts | null, at: Date) => void;

function gauge<Label extends string = never>(
  register: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[] = [],
): Gauge<Label> {
  return new Gauge({ name, help, labelNames, registers: [register] });
}

/** One number, absent while it is not known. */
function single(register: Registry, name: string, help: string): (value: number | null | undefined) => void {
  const only = gauge(register, name, help);
  return (value) => {
    if (value === null || value === undefined) only.remove();
    else only.set(value);
  };
}

function connectionGauges(register: Registry): Setter {
  const connections = gauge(
    register,
    "windlass_connections",
    "Connections by Bitbucket (an instance of the configuration; of-projects for all that projects have set up), kind and state.",
    ["bitbucket", "kind", "state"],
  );
  return (stored) => {
    connections.reset();
    for (const { instance, kind, state, count } of stored?.connections ?? [])
      connections.inc({ bitbucket: instance, kind, state }, count);
  };
}

function renewalGauges(register: Registry): Setter {
  const held = single(register, "windlass_vault_leases_held", "Renewals under way, in every process.");
  const interrupted = single(
    register,
    "windlass_vault_renewals_interrupted",
    "Renewals that asked Bitbucket and have no answer on record, and that no process is at.",
  );
  const former = single(
    register,
    "windlass_vault_former_tokens",
    "Refresh tokens that were rotated away and are kept, sealed, while Bitbucket may still take them.",
  );
  return (stored) => {
    held(stored?.renewals.held);
    interrupted(stored?.renewals.interrupted);
    former(stored?.formerTokens);
  };
}

function keepAliveGauges(register: Registry): Setter {
  const next = single(
    register,
    "windlass_vault_next_keep_alive_timestamp_seconds",
    "When the next credential that nobody uses has to be renewed, in seconds since 1970.",
  );
  const due = single(
    register,
    "windlass_vault_keep_alives_due",
    "Credentials that nobody uses, due to be renewed and not renewed yet.",
  );
  const overdue = single(
    register,
    "windlass_vault_keep_alives_overdue",
    "Of those, the ones that have been due for more than a day.",
  );
  const oldest = single(
    register,
    "windlass_vault_oldest_token_age_seconds",
    "Age of the oldest tokens among the hundred that are due next.",
  );
  const middle = single(
    register,
    "windlass_vault_median_token_age_seconds",
    "Age of the tokens in the middle of all that are kept alive, in the order they are due.",
  );
  return (stored, at) => {
    const age = (since: Date | null | undefined) =>
      since === null || since === undefined ? null : Math.max(0, (at.getTime() - since.getTime()) / 1000);
    next(secondsOf(stored?.keepAlive.nextAt));
    due(stored?.keepAlive.due);
    overdue(stored?.keepAlive.overdue);
    oldest(age(stored?.keepAlive.oldestGivenAt));
    middle(age(stored?.keepAlive.middleGivenAt));
  };
}

function keyGauges(register: Registry): Setter {
  const keys = gauge(
    register,
    "windlass_data_keys",
    "Data keys by the key that wraps them, and whether that key is given, missing or given up.",
    ["wrapping_key", "standing"],
  );
  return (stored) => {
    keys.reset();
    for (const { id, standing, dataKeys } of stored?.keys ?? [])
      keys.set({ wrapping_key: id, standing }, dataKeys);
  };
}

function recordGauge(register: Registry): Setter {
  const latest = single(
    register,
    "windlass_audit_last_entry_timestamp_seconds",
    "When the record's latest entry was made, by any process, in seconds since 1970.",
  );
  return (stored) => latest(secondsOf(stored?.lastEntryAt));
}

function secondsOf(time: Date | null | undefined): number | null {
  return time === null || time === undefined ? null : time.getTime() / 1000;
}
