/** Owns how states are said: one word and a tone each. */
import { type Html, html } from "../../ui/html.ts";
import { badge, type Tone } from "../../ui/parts/notice.ts";

export type ConnectionState =
  | "active"
  | "refreshing"
  | "suspect"
  | "uncertain"
  | "suspended"
  | "reconnect"
  | "disconnected";

export type AnalysisState = "queued" | "running" | "waiting" | "done" | "failed";

export type RepositoryPhase = "queued" | "reading" | "counting" | "done" | "failed";

type Said = readonly [text: string, tone: Tone | "plain"];

const connections = {
  active: ["Connected", "good"],
  refreshing: ["Connected", "good"],
  suspect: ["Checking", "warn"],
  uncertain: ["Checking", "warn"],
  suspended: ["Suspended", "bad"],
  reconnect: ["Reconnect needed", "bad"],
  disconnected: ["Disconnected", "plain"],
} satisfies Record<ConnectionState, Said>;

const analyses = {
  queued: ["Queued", "plain"],
  running: ["Running", "info"],
  waiting: ["Waiting", "warn"],
  done: ["Done", "good"],
  failed: ["Failed", "bad"],
} satisfies Record<AnalysisState, Said>;

const phases = {
  queued: "queued",
  reading: "reading commits",
  counting: "counting files",
  done: "done",
  failed: "failed",
} satisfies Record<RepositoryPhase, string>;

/** A connection in one of these is used no more until a person brings it back. */
export function needsReconnect(state: ConnectionState): boolean {
  return state === "reconnect" || state === "suspended" || state === "disconnected";
}

/** Whether the run goes on by itself, so that the page asks again. */
export function isUnderWay(state: AnalysisState): boolean {
  return state === "queued" || state === "running" || state === "waiting";
}

export function connectionBadge(state: ConnectionState): Html {
  return badge(...(connections[state] as Said));
}

export function stateBadge(state: AnalysisState): Html {
  return badge(...(analyses[state] as Said));
}

/** The badge at the head of a run's page, which an answer to a poll replaces where it stands. */
export function runBadge(state: AnalysisState, replaces: boolean): Html {
  return html`<span id="run-state"${replaces ? html` hx-swap-oob="true"` : ""}>${stateBadge(state)}</span>`;
}

/** `reading commits`. */
export function phaseText(phase: RepositoryPhase): string {
  return phases[phase];
}
