/** Owns how an analysis becomes what the dashboard shows. */
import type {
  Analysis,
  AnalysisCommit,
  AnalysisFile,
  AnalysisSuspect,
  Failure,
  RepositoryPhase,
} from "../../analyses/analysis.ts";
import type { App } from "../../app/app.ts";
import type { AnalysisView } from "../../dashboard/analysis.ts";
import type { FileChangeView } from "../../dashboard/parts/changes.ts";
import type { CommitView } from "../../dashboard/parts/commits.ts";
import type { ProgressView } from "../../dashboard/parts/progress.ts";
import type { RepositoryPhase as ShownPhase } from "../../dashboard/parts/states.ts";
import type { SuspectView } from "../../dashboard/parts/suspects.ts";
import type { Project } from "../../projects/projects.ts";

/** Of a commit that changed thousands of files, the page shows the first. */
const filesShown = 100;

const phases = {
  queued: "queued",
  walking: "reading",
  "catching-up": "reading",
  counting: "counting",
  done: "done",
  failed: "failed",
} satisfies Record<RepositoryPhase, ShownPhase>;

/** The page, less the visitor. */
export async function analysisView(
  app: App,
  { id, name }: Project,
  analysis: Analysis,
): Promise<Omit<AnalysisView, "viewer" | "csrf" | "notice">> {
  const connection = await app.connections.get(analysis.connectionId);
  const links = await app.facts.links(connection.instanceId);
  const { errorText, commits } = analysis;
  return {
    project: { id, name },
    connection: {
      id: connection.id,
      instanceId: connection.instanceId,
      kind: connection.kind,
      lookbackDays: connection.lookbackDays,
    },
    progress: await progressView(app, analysis),
    startedAt: analysis.createdAt,
    lookbackDays: analysis.lookbackDays,
    windowStart: analysis.windowStart,
    windowEnd: analysis.windowEnd,
    totals: analysis.totals,
    perDay: analysis.commitsPerDay,
    trace: errorText === null ? null : { text: errorText, frames: analysis.framesFound },
    suspects: analysis.suspects.map((suspect) => suspectView(suspect, links)),
    commits: { ...commits, items: commits.items.map((commit) => commitView(commit, links)) },
    fittingLookbackDays: fittingLookback(analysis),
    failure: failureOf(analysis),
  };
}

/** A waiting run's reason stands in its progress; a card would ask for something to be done. */
function failureOf({ state, failure, repositories }: Analysis): Failure | null {
  const [failed = null] = repositories.flatMap((repository) => repository.failure ?? []);
  return state === "waiting" ? failed : (failure ?? failed);
}

/** How far the run is. */
export async function progressView(app: App, analysis: Analysis): Promise<ProgressView> {
  return {
    projectId: analysis.projectId,
    analysisId: analysis.id,
    state: analysis.state,
    repositories: analysis.repositories.map(({ phase, ...rest }) => ({ ...rest, phase: phases[phase] })),
    calls: analysis.calls,
    callsThisHour: analysis.callsThisHour,
    callLimit: await callLimitOf(app, analysis),
    waitingUntil: analysis.waitingUntil,
    waitingBecause: analysis.state === "waiting" ? (analysis.failure?.message ?? null) : null,
  };
}

/** Only Cloud counts by the hour. */
async function callLimitOf(app: App, { connectionId }: Analysis): Promise<number | null> {
  const { instanceId } = await app.connections.get(connectionId);
  const instance = await app.instances.find(instanceId).catch(() => null);
  return instance === null || instance.product === "cloud" ? app.config.analyses.callsPerHour : null;
}

/** Offered only when no repository has a commit in the window: the least that would find something. */
function fittingLookback({ repositories, totals }: Analysis): number | null {
  const fitting = repositories.flatMap(({ fittingLookbackDays }) => fittingLookbackDays ?? []);
  return totals.commits > 0 || fitting.length === 0 ? null : Math.min(...fitting);
}

function commitView(
  { repository, hash, date, authorRaw, message, parents, files }: AnalysisCommit,
  links: Links | null,
): CommitView {
  const changes = (files ?? []).map(fileView);
  return {
    hash,
    repository,
    subject: subjectOf(message),
    author: nameOf(authorRaw),
    date,
    isMerge: parents.length > 1,
    counted: files !== null,
    linesAdded: sum(changes.map(({ linesAdded }) => linesAdded)),
    linesRemoved: sum(changes.map(({ linesRemoved }) => linesRemoved)),
    fileCount: changes.length,
    files: changes.slice(0, filesShown),
    href: commitUrl(links, repository, hash),
  };
}

function suspectView(
  { hash, repository, message, authorRaw, date, reasons, files }: AnalysisSuspect,
  links: Links | null,
): SuspectView {
  return {
    hash,
    repository,
    subject: subjectOf(message),
    author: nameOf(authorRaw),
    date,
    reasons,
    files: files.map(fileView),
    href: commitUrl(links, repository, hash),
  };
}

function fileView({ status, oldPath, newPath, linesAdded, linesRemoved }: AnalysisFile): FileChangeView {
  const known = ["added", "removed", "modified", "renamed"] as const;
  return {
    status: known.find((each) => each === status) ?? "modified",
    path: newPath ?? oldPath ?? "",
    oldPath: status === "renamed" ? oldPath : null,
    linesAdded,
    linesRemoved,
  };
}

function commitUrl(links: Links | null, repository: string, hash: string): string | null {
  const [workspace = "", slug = ""] = repository.split("/");
  return links?.commit({ workspace, slug }, hash) ?? null;
}

type Links = NonNullable<Awaited<ReturnType<App["facts"]["links"]>>>;

function subjectOf(message: string): string {
  return message.split("\n")[0]?.trim() ?? "";
}

/** `Ada Lovelace <ada@example.com>` → `Ada Lovelace`. */
function nameOf(authorRaw: string): string {
  return authorRaw.replace(/\s*<[^>]*>\s*$/, "").trim() || authorRaw;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
