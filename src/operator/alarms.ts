/** Owns what an operator is called for: each alarm says what is the matter and what to do about it. */
import { type HealthFacts, ofProjects, type StoredFacts } from "../app/health.ts";
import { reasonOf } from "../app/reasons.ts";
import { counted, momentText } from "../ui/moments.ts";

/** `broken`: nobody is served until somebody does something. `attention`: it may mend itself, and may not. */
export type AlarmLevel = "attention" | "broken";

export interface Alarm {
  /** Stays the same as long as the matter does: for rules and scripts. */
  readonly code: string;
  readonly level: AlarmLevel;
  readonly title: string;
  readonly text: string;
  readonly cure: string;
}

export type Status = "ok" | AlarmLevel;

export interface AlarmFacts {
  readonly facts: HealthFacts;
  /** Instances at which key and secret are refused. */
  readonly refusedInstances: readonly string[];
}

/** The worst first. Connections that wait for their own people are no alarm: there are always some. */
export function alarmsOf({ facts, refusedInstances }: AlarmFacts): readonly Alarm[] {
  const { stored } = facts;
  const alarms = [
    ...(stored === null ? [databaseSilent] : []),
    ...recordNotWritten(facts),
    ...sourcesFailing(facts),
    ...refusedInstances.map(consumerRefused),
    ...(stored === null ? [] : [...missingKeys(stored), ...doubts(stored)]),
  ];
  return alarms.sort((left, right) => Number(right.level === "broken") - Number(left.level === "broken"));
}

export function statusOf(alarms: readonly Alarm[]): Status {
  if (alarms.some(({ level }) => level === "broken")) return "broken";
  return alarms.length > 0 ? "attention" : "ok";
}

const databaseSilent: Alarm = {
  code: "database_silent",
  level: "broken",
  title: "The database does not answer",
  text: "Nobody can sign in and no token is handed out.",
  cure: "Look for health.database_failed in the log; see that the database runs, and that its disk has room.",
};

function recordNotWritten({ record }: HealthFacts): readonly Alarm[] {
  if (record.failingSince === null) return [];
  return [
    {
      code: "record_not_written",
      level: "broken",
      title: "The record cannot be written",
      text: `Since ${momentText(record.failingSince)} nothing could be recorded (${record.code}), and what cannot be recorded is not done: no token is renewed, none is handed out anew.`,
      cure: "Make room on the database's disk, or give Windlass the right to write there. It goes on by itself.",
    },
  ];
}

/** Nobody is kept out by one that said something before; by one that never did, everybody is whom a resolver would find. */
function sourcesFailing({ failingSources = [] }: HealthFacts): readonly Alarm[] {
  return failingSources.map(({ name, since, reason, isKnown }) => ({
    code: isKnown ? "catalog_old" : "catalog_unread",
    level: isKnown ? "attention" : "broken",
    title: `The catalog of ${name} ${isKnown ? "is old" : "has never been read"}`,
    text: `Since ${momentText(since)}: ${reason}. ${isKnown ? "What it said last still counts, also of people who have gone." : "Until it is read, nobody signs in by a resolver."}`,
    cure: "See that it answers, that its token is in order, and that network.allow has its range. It is asked again every 30 seconds.",
  }));
}

function consumerRefused(instance: string): Alarm {
  const reason = reasonOf("vault.consumer_refused");
  return {
    code: "consumer_refused",
    level: "broken",
    title: `${nameOf(instance)}: key and secret are refused`,
    text: reason?.message ?? "",
    cure: reason?.cure ?? "",
  };
}

function nameOf(instance: string): string {
  return instance === ofProjects ? "Instances of projects" : `Instance ${instance}`;
}

function missingKeys({ keys }: StoredFacts): readonly Alarm[] {
  return keys
    .filter(({ standing }) => standing === "missing")
    .map(({ id, dataKeys }) => ({
      code: "key_missing",
      level: "broken",
      title: `The key ${id} is missing`,
      text: `It wraps ${counted(dataKeys, "data key")}: no connection sealed with one of them can be used.`,
      cure: `Give it back (key in the configuration, or the key file) and start again. If it is lost: windlass keys give-up ${id}`,
    }));
}

function doubts(stored: StoredFacts): readonly Alarm[] {
  const { suspended, uncertain, suspect } = countStates(stored);
  const unanswered = Math.max(uncertain, stored.renewals.interrupted);
  const { overdue } = stored.keepAlive;
  const alarm = (code: string, count: number, title: string, rest: Pick<Alarm, "text" | "cure">) =>
    count > 0 ? [{ code, level: "attention" as const, title, ...rest }] : [];
  return [
    ...alarm("suspended", suspended, `${counted(suspended, "connection")} suspended`, {
      text: "Bitbucket gave out another person's access, or somebody paused the connection.",
      cure: "Find out how: look for connection.state_changed in the record. Reconnecting as the account named on the connection ends it.",
    }),
    ...alarm("uncertain", unanswered, `${counted(unanswered, "renewal")} interrupted`, {
      text: "Bitbucket was asked and its answer is not on record: a process ended, or no answer came. It is being found out what still works.",
      cure: "Wait a few minutes. If the number stays, look for vault.not_kept_alive in the log.",
    }),
    ...alarm("suspect", suspect, `${counted(suspect, "connection")} under suspicion`, {
      text: "Bitbucket refused a renewal and is asked once more in a few minutes.",
      cure: "Wait. If many of one instance come together, compare its key and secret with those at Bitbucket.",
    }),
    ...alarm("keep_alive_overdue", overdue, `${counted(overdue, "credential")} overdue`, {
      text: "Unused, and for more than a day not renewed although it was due. Bitbucket Cloud lets a refresh token end after three months without use.",
      cure: "Look for vault.not_kept_alive and vault.keeper_failed in the log, and see that a server runs all the time.",
    }),
  ];
}

function countStates({ connections }: StoredFacts) {
  const inState = (wanted: string) =>
    connections.reduce((sum, { state, count }) => sum + (state === wanted ? count : 0), 0);
  return { suspended: inState("suspended"), uncertain: inState("uncertain"), suspect: inState("suspect") };
}
