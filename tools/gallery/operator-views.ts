/** Owns sample reports for the operator's health page: well, with doubts, and broken. */

import type { StoredFacts } from "../../src/app/health.ts";
import { reasonOf } from "../../src/app/reasons.ts";
import { alarmsOf, statusOf } from "../../src/operator/alarms.ts";
import type { Report } from "../../src/operator/report.ts";

const at = new Date("2026-11-02T14:05:00Z");
const ago = (hours: number) => new Date(at.getTime() - hours * 3_600_000);

const group = (state: string, reason: string | null, count: number) => ({
  state,
  reason,
  instance: "bitbucket",
  kind: "oauth2",
  count,
});

const sentences = (code: string) => ({
  code,
  message: reasonOf(code)?.message ?? "",
  cure: reasonOf(code)?.cure ?? "",
});

/** What a connection's card says of it. */
export const lookedAfter = { ...sentences("vault.suspect"), nextTryAt: ago(-0.05) };
export const anotherPerson = sentences("vault.other_person");

const stored: StoredFacts = {
  connections: [group("active", null, 12_480)],
  renewals: { held: 3, interrupted: 0 },
  formerTokens: 214,
  keepAlive: { nextAt: ago(-6), due: 0, overdue: 0, oldestGivenAt: ago(53 * 24), middleGivenAt: ago(17) },
  keys: [{ id: "kek_x7Qw2mN4", dataKeys: 86, standing: "given" }],
  lastEntryAt: ago(0.004),
};

const renewals = Array.from({ length: 60 }, (_, minute) => ({
  minute: new Date(at.getTime() - (59 - minute) * 60_000),
  renewed: 40 + Math.round(30 * Math.sin(minute / 7) ** 2) + ((minute * 37) % 11),
  failed: minute > 40 && minute < 47 ? (minute * 13) % 17 : 0,
}));

const need = (state: string, reason: string, count: number) => {
  const entry = reasonOf(reason);
  return { state, reason, count, text: entry?.message ?? "", cure: entry?.cure ?? "" };
};

function report(
  facts: Pick<Report, "stored" | "record">,
  rest: Partial<Report> & { readonly refused?: readonly string[] } = {},
): Report {
  const alarms = alarmsOf({
    facts: { at, readSeconds: 0.01, ...facts },
    refusedInstances: rest.refused ?? [],
  });
  return {
    status: statusOf(alarms),
    at,
    startedAt: ago(75),
    alarms,
    needsPerson: rest.needsPerson ?? [],
    renewalsOfLastHour: rest.renewalsOfLastHour ?? renewals,
    ...facts,
  };
}

const well = { failingSince: null, code: null };

export const calmReport = report({ stored, record: well });

export const doubtfulReport = report(
  {
    record: well,
    stored: {
      ...stored,
      connections: [
        ...stored.connections,
        group("suspect", "vault.suspect", 7),
        group("uncertain", "vault.interrupted", 2),
        group("reconnect", "vault.reconnect", 31),
        group("reconnect", "vault.rotation_lost", 1),
        group("disconnected", null, 412),
      ],
      renewals: { held: 3, interrupted: 2 },
    },
  },
  { needsPerson: [need("reconnect", "vault.reconnect", 31), need("reconnect", "vault.rotation_lost", 1)] },
);

export const brokenReport = report(
  {
    record: { failingSince: ago(0.4), code: "storage.full" },
    stored: {
      ...stored,
      connections: [
        ...stored.connections,
        group("suspect", "vault.suspect", 310),
        group("suspended", "vault.other_person", 1),
        group("reconnect", "vault.reconnect", 1_204),
      ],
      keepAlive: { ...stored.keepAlive, due: 80, overdue: 12 },
      keys: [
        ...stored.keys,
        { id: "kek_of-an-older-backup_0123456789abcdef", dataKeys: 4, standing: "missing" },
      ],
    },
  },
  {
    refused: ["bitbucket"],
    needsPerson: [need("reconnect", "vault.reconnect", 1_204), need("suspended", "vault.other_person", 1)],
  },
);

export const silentReport = report({ stored: null, record: well }, { renewalsOfLastHour: [] });
