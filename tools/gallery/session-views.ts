/** Owns the view models of sessions that the sample pages show. */
import type { AnybodysSession } from "../../src/dashboard/admin-sessions.ts";
import type { SessionSummary } from "../../src/dashboard/parts/sessions.ts";
import { at } from "./views.ts";

export const sessions: readonly SessionSummary[] = [
  {
    id: "ses_1",
    browser: "Firefox on Linux",
    instanceName: "Bitbucket",
    startedAt: at("2026-11-02T08:30:00Z"),
    lastSeenAt: at("2026-11-08T14:05:00Z"),
    isCurrent: true,
  },
  {
    id: "ses_2",
    browser: "Safari on iPhone",
    instanceName: "git.example.com",
    startedAt: at("2026-11-01T21:12:00Z"),
    lastSeenAt: at("2026-11-08T07:44:00Z"),
    isCurrent: false,
  },
  {
    id: "ses_3",
    browser: null,
    instanceName: "Bitbucket",
    startedAt: at("2026-10-30T16:00:00Z"),
    lastSeenAt: at("2026-11-07T19:03:00Z"),
    isCurrent: false,
  },
];

const john = { id: "usr_1", displayName: "John Doe", email: "user@example.com" };
const withLongName = {
  id: "usr_2",
  displayName: "Wolfeschlegelsteinhausenbergerdorff of the Department of Everything",
  email: null,
};

const [own, ...others] = sessions;

export const johns: readonly AnybodysSession[] = others.map((session) => ({ ...session, person: john }));

export const everybodys: readonly AnybodysSession[] = [
  ...(own === undefined ? [] : [{ ...own, person: john }]),
  ...others.map((session) => ({ ...session, person: withLongName })),
];
