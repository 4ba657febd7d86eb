/** Owns the page of one analysis: how far it is, what it found, and the way to run it again. */
import { type Html, html } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import { counted, day, moment } from "../ui/moments.ts";
import { csrfField } from "../ui/parts/action.ts";
import { type CommitsPerDay, commitsPerDay } from "./charts/commits-per-day.ts";
import { type CommitPage, commitList } from "./parts/commits.ts";
import { type RunForm, runForm } from "./parts/connection.ts";
import { type Failure, failureCard, type Places } from "./parts/failure.ts";
import { frame, type ProjectRef, projectCrumbs, type SignedIn } from "./parts/frame.ts";
import { analysisProgress, type ProgressView } from "./parts/progress.ts";
import { type ReconnectableConnection, reconnectAction } from "./parts/reconnect.ts";
import { isUnderWay, runBadge } from "./parts/states.ts";
import { type SuspectView, suspectList, type TraceView } from "./parts/suspects.ts";
import { type Totals, totalTiles } from "./parts/totals.ts";
import { paths } from "./paths.ts";

export interface AnalysisView extends SignedIn {
  readonly project: ProjectRef;
  readonly connection: ReconnectableConnection & { readonly lookbackDays: number };
  /** Also holds the id and the state of the run. */
  readonly progress: ProgressView;
  readonly startedAt: Date;
  readonly lookbackDays: number;
  readonly windowStart: Date;
  readonly windowEnd: Date;
  readonly totals: Totals;
  /** Days without a commit may be missing. */
  readonly perDay: readonly CommitsPerDay[];
  /** The error the run was given; `null` without one. */
  readonly trace: TraceView | null;
  /** Best first. Empty when nothing matched. */
  readonly suspects: readonly SuspectView[];
  readonly commits: CommitPage;
  /** Nothing was in the window: the lookback that would find something. */
  readonly fittingLookbackDays?: number | null;
  readonly failure?: Failure | null;
  readonly run?: RunForm;
}

/** The page. */
export function analysisPage(view: AnalysisView): Html {
  const { project, progress } = view;
  const main = html`${head(view)}${failed(view)}${analysisProgress(progress)}${results(view)}${again(view)}`;
  return frame(view, {
    title: `Analysis of ${project.name}`,
    crumbs: projectCrumbs(project, "Analysis"),
    main: html`<div class="analysis state-${progress.state}">${main}</div>`,
  });
}

function head({ progress, startedAt, lookbackDays, windowStart, windowEnd }: AnalysisView): Html {
  return html`<div class="head"><div><h1>Analysis ${runBadge(progress.state, false)}</h1><p class="muted">${counted(
    lookbackDays,
    "day",
  )}, ${day(windowStart)} to ${day(windowEnd)} · begun ${moment(startedAt)}</p></div><a class="button plain small" href="${paths.analysisResult(
    progress.analysisId,
  )}">${icon("code")}<span>Result as JSON</span></a></div>`;
}

function failed(view: AnalysisView): Html | string {
  const { project, connection, failure, csrf } = view;
  if (failure === undefined || failure === null) return "";
  const places: Places = {
    reconnect: reconnectAction(project, connection),
    repositories: { label: "Edit repositories", href: paths.connectRepositories(project.id, connection.id) },
    retry: rerun(view, view.lookbackDays, "Run again"),
  };
  return failureCard(failure, places, csrf);
}

function rerun({ project, connection, trace }: AnalysisView, days: number, label: string) {
  return {
    label,
    post: paths.startAnalysis(project.id, connection.id),
    fields: { lookbackDays: String(days), errorText: trace?.text ?? "" },
  };
}

function results(view: AnalysisView): Html | string {
  const { totals, trace, suspects, perDay, windowStart, windowEnd, commits, progress } = view;
  const under = isUnderWay(progress.state);
  if (totals.commits === 0) return under ? "" : nothing(view);
  return html`${trace === null ? "" : suspectList(trace, suspects, under)}
<section aria-labelledby="activity"><h2 id="activity">Activity</h2>${totalTiles(totals)}${commitsPerDay({
    days: perDay,
    start: windowStart,
    end: windowEnd,
  })}</section>${commitList(commits, { projectId: view.project.id, analysisId: progress.analysisId })}`;
}

function nothing(view: AnalysisView): Html | string {
  if (view.failure) return "";
  const { lookbackDays, fittingLookbackDays: fitting } = view;
  const offer = fitting ? rerun(view, fitting, `Run with ${counted(fitting, "day")}`) : undefined;
  const text = fitting
    ? `The newest commit is older. A lookback of ${counted(fitting, "day")} reaches it.`
    : "The repositories hold no commit on their default branch.";
  return html`<section class="empty">${icon("commit")}<p class="empty-title">No commit in the last ${counted(
    lookbackDays,
    "day",
  )}</p><p>${text}</p>${offer === undefined ? "" : offerForm(offer, view.csrf)}</section>`;
}

function offerForm(offer: ReturnType<typeof rerun>, csrf: string): Html {
  return html`<form method="post" action="${offer.post}">${csrfField(csrf)}<input type="hidden" name="lookbackDays" value="${
    offer.fields.lookbackDays
  }"><textarea name="errorText" hidden>
${offer.fields.errorText}</textarea><button class="button primary">${offer.label}</button></form>`;
}

function again(view: AnalysisView): Html | string {
  const { project, connection, csrf, lookbackDays, trace, run, progress } = view;
  if (isUnderWay(progress.state)) return "";
  const typed = run ?? { errorText: trace?.text ?? "", lookbackDays: String(lookbackDays) };
  const form = runForm(project, { id: connection.id, lookbackDays, run: typed }, csrf);
  return html`<section aria-labelledby="again"><h2 id="again">Run again</h2><div class="card">${form}</div></section>`;
}
