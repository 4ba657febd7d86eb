/** Owns the third step of connecting: workspace, repositories, lookback. */
import { type Html, html } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import { csrfField } from "../ui/parts/action.ts";
import { areaField, textField } from "../ui/parts/field.ts";
import { badge } from "../ui/parts/notice.ts";
import { steps } from "../ui/parts/steps.ts";
import { wizardSteps } from "./connect-choose.ts";
import { type Failure, failureCard, type Places } from "./parts/failure.ts";
import { frame, type ProjectRef, projectCrumbs, type SignedIn } from "./parts/frame.ts";
import { placeWords } from "./parts/place-words.ts";
import { type ReconnectableConnection, reconnectAction } from "./parts/reconnect.ts";
import { type RepositoryListView, repositoryList } from "./parts/repository-list.ts";
import { type WorkspaceChoice, workspacePart } from "./parts/workspace.ts";
import { paths } from "./paths.ts";

export interface ConnectRepositoriesView extends SignedIn {
  readonly project: ProjectRef;
  readonly connection: ReconnectableConnection & {
    readonly instanceName: string;
    readonly accountName: string;
  };
  readonly workspace: WorkspaceChoice;
  /** `null` until the workspace is known. */
  readonly list: RepositoryListView | null;
  /** Everything as typed: a refused form loses nothing. */
  readonly text: string;
  readonly lookbackDays: string;
  readonly lookbackProblem?: string;
  /** Lines that could not be saved, in the order of the lines. */
  readonly problems: readonly LineProblem[];
  /** Said beside the list when nothing was chosen at all. */
  readonly nothingChosen?: boolean;
  readonly failure?: Failure | null;
}

export interface LineProblem {
  /** Counts from 1. */
  readonly line: number;
  /** The line as typed. */
  readonly text: string;
  readonly message: string;
  /** A near miss: `acme/checkout-api`. */
  readonly suggestion?: string | null;
}

/** The page. One form: whatever button is pressed, everything typed goes along (`do` says which). */
export function connectRepositoriesPage(view: ConnectRepositoriesView): Html {
  const { project, connection, csrf } = view;
  const reconnect = reconnectAction(project, connection);
  const here = paths.connectRepositories(project.id, connection.id);
  const places: Places = { reconnect, retry: { label: "Try again", href: here } };
  const main = html`${steps(wizardSteps, 2)}<div class="head"><h1>Choose repositories</h1><p class="muted">${connection.instanceName} as <bdi>${
    connection.accountName
  }</bdi> ${badge("Connected", "good")}</p></div>${view.failure ? failureCard(view.failure, places, csrf) : ""}
<form method="post" action="${here}" class="wizard" novalidate>${csrfField(csrf)}${workspacePart(view.workspace)}
<section class="card"><h2>Repositories</h2>${
    view.nothingChosen === true
      ? html`<p class="problem" role="alert">Tick a repository or enter one below.</p>`
      : ""
  }${view.list === null ? "" : repositoryList(view.list)}${pasted(view)}</section>
<section class="card">${lookback(view)}</section>
<div class="row actions"><button class="button primary" name="do" value="run">${icon("target")}<span>Save and run analysis</span></button><button class="button plain" name="do" value="save">Save</button><a class="button quiet" href="${paths.project(project.id)}">Back to the project</a></div></form>`;
  return frame(view, {
    title: "Choose repositories",
    crumbs: projectCrumbs(project, "Connect repository"),
    main,
  });
}

function pasted({ text, problems, list, workspace }: ConnectRepositoriesView): Html {
  const { repository } = placeWords(workspace.word);
  const problem =
    problems.length === 0
      ? undefined
      : html`<ul>${problems.map(
          ({ line, text: typed, message, suggestion }) =>
            html`<li><p class="problem-line">Line ${line}: <code><bdi>${typed}</bdi></code></p><p>${message}${
              suggestion ? html` <span>Did you mean <code>${suggestion}</code>?</span>` : ""
            }</p></li>`,
        )}</ul>`;
  return areaField({
    name: "text",
    label: list === null ? "One repository per line" : "Or enter one per line",
    value: text,
    rows: 4,
    placeholder: repository,
    hint: html`As <code>${repository}</code>, or the address of its page.`,
    problem,
  });
}

function lookback({ lookbackDays, lookbackProblem }: ConnectRepositoriesView): Html {
  return textField({
    name: "lookbackDays",
    label: "Lookback",
    type: "number",
    value: lookbackDays,
    min: 1,
    max: 3650,
    unit: "days",
    hint: "How many days of history an analysis reads. 1 to 3,650.",
    problem: lookbackProblem,
  });
}
