/** Owns how far a run is; also answered alone, as the fragment a running page polls. */
import { type Html, html } from "../../ui/html.ts";
import { clock, count, counted } from "../../ui/moments.ts";
import { bar } from "../../ui/parts/meter.ts";
import { notice } from "../../ui/parts/notice.ts";
import { paths } from "../paths.ts";
import { type AnalysisState, isUnderWay, phaseText, type RepositoryPhase, runBadge } from "./states.ts";

export interface ProgressView {
  readonly projectId: string;
  readonly analysisId: string;
  readonly state: AnalysisState;
  readonly repositories: readonly RepositoryProgress[];
  /** Calls this run has made. */
  readonly calls: number;
  /** Calls of the consumer in the last hour. */
  readonly callsThisHour: number;
  /** What Bitbucket allows an hour: 1,000; null where it counts nothing by the hour. */
  readonly callLimit: number | null;
  /** When a waiting run goes on. */
  readonly waitingUntil: Date | null;
  /** Why it waits, one sentence; `null` while it does not. */
  readonly waitingBecause: string | null;
}

export interface RepositoryProgress {
  /** `workspace/repo-slug`. */
  readonly fullName: string;
  readonly phase: RepositoryPhase;
  readonly commitsFound: number;
  readonly commitsCounted: number;
}

/** The part of the page that asks {@link paths.analysisProgress} how far the run is. */
export function analysisProgress(view: ProgressView): Html {
  if (!isUnderWay(view.state)) return html`<div id="progress">${calls(view)}</div>`;
  const url = paths.analysisProgress(view.projectId, view.analysisId);
  return html`<section id="progress" class="card progress" aria-label="Progress" hx-get="${url}" hx-trigger="every 2s" hx-swap="outerHTML">${inside(
    view,
  )}</section>`;
}

/** What the poll is answered while the run goes on: how far it is, and its state for the head of the page. */
export function analysisPoll(view: ProgressView): Html {
  return html`${analysisProgress(view)}${runBadge(view.state, true)}`;
}

/** What the poll is answered once the run is over: it loads the page and puts its main part in place. */
export function analysisFinished(view: ProgressView): Html {
  const url = paths.analysis(view.projectId, view.analysisId);
  return html`<section id="progress" class="card progress" hx-get="${url}" hx-trigger="load" hx-select="#main" hx-target="#main" hx-swap="outerHTML">${inside(
    view,
  )}</section>`;
}

function inside(view: ProgressView): Html {
  const { repositories, waitingUntil, waitingBecause } = view;
  const found = sum(repositories, "commitsFound");
  const reading = repositories.some(({ phase }) => phase === "queued" || phase === "reading");
  const done = sum(repositories, "commitsCounted");
  const whole = bar({
    label: reading && done === 0 ? "Reading commits" : "Counting changed files",
    done,
    // While commits are still being read, nobody knows how many there will be.
    total: reading && done === 0 ? 0 : found,
    said: found === 0 ? "" : `${count(done)} of ${counted(found, "commit")}${reading ? " found so far" : ""}`,
    large: true,
  });
  return html`${waitingUntil === null ? "" : waiting(waitingBecause, waitingUntil)}${whole}${
    repositories.length < 2 ? "" : html`<ul class="bars">${repositories.map(repository)}</ul>`
  }${calls(view)}<noscript><p><a href="${paths.analysis(view.projectId, view.analysisId)}">Reload</a> to see how far it is.</p></noscript>`;
}

function waiting(because: string | null, until: Date): Html {
  return notice({
    tone: "warn",
    title: "Waiting for Bitbucket",
    text: html`${because ?? "Bitbucket did not answer."} The run goes on by itself at ${clock(until)}.`,
  });
}

function repository({ fullName, phase, commitsFound, commitsCounted }: RepositoryProgress): Html {
  const said =
    commitsFound === 0
      ? phaseText(phase)
      : `${count(commitsCounted)} of ${count(commitsFound)}, ${phaseText(phase)}`;
  const whole =
    phase === "done" && commitsFound === 0
      ? { done: 1, total: 1 }
      : { done: commitsCounted, total: commitsFound };
  return html`<li>${bar({ label: fullName, ...whole, said })}</li>`;
}

function calls(view: ProgressView): Html {
  const { calls: made, callsThisHour, callLimit } = view;
  const budget =
    callLimit === null
      ? ""
      : html` ${counted(callsThisHour, "call")} used this hour; Bitbucket allows ${count(callLimit)}.`;
  return html`<p class="calls muted">This run made ${counted(made, "call")}.${budget}</p>`;
}

const sum = (all: readonly RepositoryProgress[], key: "commitsFound" | "commitsCounted") =>
  all.reduce((total, each) => total + each[key], 0);
