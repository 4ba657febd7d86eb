/** Owns the page of one project: its code repositories, its analyses, its settings. */
import { type Html, html } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import { count, counted, moment } from "../ui/moments.ts";
import { csrfField } from "../ui/parts/action.ts";
import { textField } from "../ui/parts/field.ts";
import { badge, emptyState } from "../ui/parts/notice.ts";
import { sparkline } from "./charts/sparkline.ts";
import { type ConnectionSummary, connectionCard } from "./parts/connection.ts";
import { frame, type ProjectRef, type SignedIn } from "./parts/frame.ts";
import { type AnalysisState, stateBadge } from "./parts/states.ts";
import { paths } from "./paths.ts";

export interface ProjectView extends SignedIn {
  readonly project: ProjectRef;
  readonly connections: readonly ConnectionSummary[];
  /** Newest first. */
  readonly analyses: readonly AnalysisSummary[];
  /** What was typed when a new name was refused. */
  readonly rename?: { readonly name: string; readonly problem?: string };
}

export interface AnalysisSummary {
  readonly id: string;
  readonly state: AnalysisState;
  readonly startedAt: Date;
  readonly lookbackDays: number;
  readonly commits: number;
  /** `null` when the run was given no error. */
  readonly suspects: number | null;
  /** One number a day, oldest first; draws the small curve. */
  readonly commitsPerDay?: readonly number[];
}

/** The page. */
export function projectPage(view: ProjectView): Html {
  const { project } = view;
  const main = html`<div class="head"><h1><bdi>${project.name}</bdi></h1></div>${codeRepos(view)}${analyses(view)}${settings(view)}`;
  return frame(view, { title: project.name, crumbs: projectCrumb(project), main });
}

const projectCrumb = (project: ProjectRef) => [
  { title: "Projects", href: paths.home },
  { title: project.name },
];

function codeRepos({ project, connections, csrf }: ProjectView): Html {
  const connect = (look: string) =>
    html`<a class="button ${look}" href="${paths.connectChoose(project.id)}">${icon("plus")}<span>Connect repository</span></a>`;
  const body =
    connections.length === 0
      ? emptyState({
          icon: "plug",
          title: "Nothing connected yet",
          text: "Connect a Bitbucket repository, and Windlass reads its recent commits.",
          next: connect("primary"),
        })
      : connections.map((each) => connectionCard(project, each, csrf));
  return html`<section aria-labelledby="code-repos"><div class="head"><h2 id="code-repos">Code repos</h2>${
    connections.length === 0 ? "" : connect("plain")
  }</div>${body}</section>`;
}

function analyses({ project, analyses: runs }: ProjectView): Html | string {
  if (runs.length === 0) return "";
  return html`<section aria-labelledby="analyses"><div class="head"><h2 id="analyses">Analyses</h2></div>
<ul class="card rows">${runs.map((run) => analysisRow(project, run))}</ul></section>`;
}

function analysisRow(project: ProjectRef, run: AnalysisSummary): Html {
  const found =
    run.suspects === null
      ? ""
      : run.suspects === 0
        ? badge("no suspect")
        : badge(counted(run.suspects, "suspect"), "warn");
  return html`<li class="analysis-row"><div><a class="cover" href="${paths.analysis(project.id, run.id)}">${moment(
    run.startedAt,
  )}</a><p class="muted">${counted(run.commits, "commit")} in ${count(run.lookbackDays)} ${
    run.lookbackDays === 1 ? "day" : "days"
  }</p></div>${run.commitsPerDay === undefined ? "" : sparkline(run.commitsPerDay)}<div class="badges">${found}${stateBadge(
    run.state,
  )}</div></li>`;
}

function settings({ project, rename, csrf }: ProjectView): Html {
  const input = textField({
    name: "name",
    label: "Project name",
    value: rename?.name ?? project.name,
    problem: rename?.problem,
    required: true,
    maxLength: 100,
  });
  return html`<section><details class="card settings"${rename?.problem === undefined ? "" : html` open`}><summary>Project settings</summary>
<form method="post" action="${paths.renameProject(project.id)}" class="line-form">${csrfField(csrf)}${input}<button class="button plain">Rename</button></form>
<p><a class="button danger-quiet small" href="${paths.deleteProject(project.id)}">Delete project…</a></p></details></section>`;
}
