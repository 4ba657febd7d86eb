/** Owns the card of one connection on the project's page. */
import { type Html, html } from "../../ui/html.ts";
import { icon } from "../../ui/icons.ts";
import { safeHref } from "../../ui/links.ts";
import { counted, day, dayText } from "../../ui/moments.ts";
import { action, csrfField } from "../../ui/parts/action.ts";
import { areaField, textField } from "../../ui/parts/field.ts";
import { type Notice, notice } from "../../ui/parts/notice.ts";
import { paths } from "../paths.ts";
import { type Doubt, doubtNotice } from "./doubt.ts";
import { type Failure, failureCard } from "./failure.ts";
import type { ProjectRef } from "./frame.ts";
import { type CredentialKind, kindInSentence, kindWords } from "./kinds.ts";
import { reconnectAction } from "./reconnect.ts";
import { type ConnectionState, connectionBadge, needsReconnect } from "./states.ts";

export interface ConnectionSummary {
  readonly id: string;
  readonly instanceId: string;
  /** "Bitbucket". */
  readonly instanceName: string;
  readonly state: ConnectionState;
  /** Why it is in that state, when that is a failure. */
  readonly failure?: Failure | null;
  /** What is being looked after, where nobody has to do anything yet. */
  readonly doubt?: Doubt | null;
  readonly kind: CredentialKind;
  /** When the credential ends, as its owner said. */
  readonly endsAt?: Date | null;
  /** Whether that is near enough to be warned of. */
  readonly endsSoon?: boolean;
  /** Whether that is past. */
  readonly hasEnded?: boolean;
  /** As granted; empty where Bitbucket does not say. */
  readonly scopes?: readonly string[];
  /** What was not granted and will be needed. */
  readonly gaps?: readonly MissingScope[];
  /** The user name for git over HTTPS; null where a header takes its place. */
  readonly gitUser?: string | null;
  /** Whom Bitbucket knows it as. */
  readonly accountName: string;
  readonly workspace: string | null;
  /** What that is called there. Default: a workspace. */
  readonly placeWord?: "workspace" | "project";
  readonly repositories: readonly RepositoryRef[];
  readonly lookbackDays: number;
  readonly connectedAt: Date;
  /** What was typed when a run was refused. */
  readonly run?: RunForm;
}

export interface MissingScope {
  readonly scope: string;
  /** As the form that grants it calls it. */
  readonly tick: string;
  /** Where that form is. */
  readonly where: string;
  readonly reasons: readonly string[];
}

export interface RepositoryRef {
  /** `workspace/repo-slug`. */
  readonly fullName: string;
  /** Its page at Bitbucket. */
  readonly href?: string | null;
}

export interface RunForm {
  readonly errorText: string;
  /** As typed. */
  readonly lookbackDays: string;
  readonly problem?: string;
}

/** The card. */
export function connectionCard(project: ProjectRef, connection: ConnectionSummary, csrf: string): Html {
  const { state, failure, doubt, repositories } = connection;
  const reconnect = reconnectAction(project, connection);
  const body =
    failure !== undefined && failure !== null
      ? failureCard(
          failure,
          { reconnect, repositories: editLink(project, connection), retry: reconnect },
          csrf,
        )
      : needsReconnect(state)
        ? action(reconnect, csrf, { look: "primary" })
        : doubt !== undefined && doubt !== null
          ? doubtNotice(doubt)
          : "";
  return html`<article class="card connection">${head(connection)}${body}${ending(project, connection)}${lacking(connection)}${facts(connection)}${
    needsReconnect(state) || repositories.length === 0 ? "" : runForm(project, connection, csrf)
  }${foot(project, connection)}</article>`;
}

/** Said in time, so that a new one can be made before the old one ends. */
function ending(project: ProjectRef, connection: ConnectionSummary): Html | string {
  const { kind, endsAt, endsSoon = false, hasEnded = false, state } = connection;
  if (!endsSoon || endsAt === undefined || endsAt === null || needsReconnect(state)) return "";
  const { name } = kindWords(kind);
  const again = reconnectAction(project, connection);
  return notice({
    tone: "warn",
    title: `This ${name} ${hasEnded ? "ended" : "ends"} on ${dayText(endsAt)}`,
    text: html`Make a new one at Bitbucket${
      "href" in again ? html` and <a href="${again.href}">enter it here</a>` : ""
    }${hasEnded ? ": Bitbucket takes the old one no more." : "; until then everything goes on."}`,
  });
}

/** Said before the first call that needs it fails. */
function lacking({ gaps = [], kind, state }: ConnectionSummary): Html | string {
  return gaps.length === 0 || needsReconnect(state) ? "" : notice(missingNotice(gaps, kind));
}

/** The notice of permissions that were not granted. */
export function missingNotice(gaps: readonly MissingScope[], kind: CredentialKind): Notice {
  const [word, it] = gaps.length === 1 ? ["A permission is", "it"] : ["Permissions are", "them"];
  const mend = isConsumers(kind)
    ? `Tick ${it} there, then reconnect.`
    : `Make a new ${kindInSentence(kind)} with ${it}, then reconnect: those of a token cannot be changed later.`;
  return {
    tone: "warn",
    title: `${word} missing: ${gaps.map(({ tick }) => tick).join(", ")}`,
    text: html`${gaps.map(
      ({ scope, reasons, where }) => html`<code>${scope}</code> is needed ${reasons.join("; ")} (${where}). `,
    )}${mend}`,
  };
}

function isConsumers(kind: CredentialKind): boolean {
  return kind === "oauth2" || kind === "client-credentials";
}

const editLink = (project: ProjectRef, connection: ConnectionSummary) => ({
  label: connection.repositories.length === 0 ? "Choose repositories" : "Edit",
  href: paths.connectRepositories(project.id, connection.id),
});

function head({ instanceName, state, accountName }: ConnectionSummary): Html {
  return html`<header class="connection-head"><h3>${icon("plug")}<span>${instanceName} as <bdi>${accountName}</bdi></span></h3>${connectionBadge(
    state,
  )}</header>`;
}

function facts(connection: ConnectionSummary): Html {
  const { workspace, repositories, lookbackDays, connectedAt, kind, endsAt } = connection;
  const names =
    repositories.length === 0
      ? html`<span class="muted">none chosen yet</span>`
      : html`<ul class="chips">${repositories.map(repository)}</ul>`;
  return html`<dl class="facts"><div><dt>${connection.placeWord === "project" ? "Project" : "Workspace"}</dt><dd>${
    workspace === null ? html`<span class="muted">not chosen</span>` : html`<bdi>${workspace}</bdi>`
  }</dd></div><div><dt>Lookback</dt><dd>${counted(lookbackDays, "day")}</dd></div><div><dt>Connected</dt><dd>${day(
    connectedAt,
  )}</dd></div><div><dt>Credential</dt><dd>${kindWords(kind).name}${
    endsAt === undefined || endsAt === null ? "" : html`, until ${day(endsAt)}`
  }</dd></div>${granted(connection)}${gitAccess(connection)}<div class="whole"><dt>Repositories</dt><dd>${names}</dd></div></dl>`;
}

/** An application link of OAuth 1.0a has nothing to grant: the person's rights are its own. */
function granted({ kind, scopes = [] }: ConnectionSummary): Html | string {
  if (kind === "oauth1") return "";
  return html`<div><dt>Granted</dt><dd>${
    scopes.length === 0
      ? html`<span class="muted">Bitbucket does not say</span>`
      : scopes.map((scope) => html`<code>${scope}</code> `)
  }</dd></div>`;
}

/** How git over HTTPS takes the credential. */
function gitAccess({ kind, gitUser = null }: ConnectionSummary): Html | string {
  if (gitUser !== null) return html`<div><dt>git user name</dt><dd><code>${gitUser}</code></dd></div>`;
  if (kind !== "http-access-token") return "";
  return html`<div><dt>git</dt><dd>by <code>Authorization</code> header</dd></div>`;
}

function repository({ fullName, href }: RepositoryRef): Html {
  const safe = safeHref(href);
  const name = html`${icon("repository")}<bdi>${fullName}</bdi>`;
  return html`<li>${safe === null ? html`<span class="chip">${name}</span>` : html`<a class="chip" href="${safe}" rel="noreferrer">${name}</a>`}</li>`;
}

/** The form that begins a run over a connection; also on the page of a finished one. */
export function runForm(
  project: ProjectRef,
  connection: Pick<ConnectionSummary, "id" | "lookbackDays" | "run">,
  csrf: string,
): Html {
  const { id, run } = connection;
  const trace = areaField({
    name: "errorText",
    id: `trace-${id}`,
    label: "Stack trace (optional)",
    value: run?.errorText ?? "",
    rows: 5,
    placeholder: "TypeError: …\n    at total (src/cart.js:12:9)",
    hint: "Paste an error, and the commits behind it are ranked.",
  });
  const days = textField({
    name: "lookbackDays",
    id: `days-${id}`,
    label: "Lookback",
    type: "number",
    value: run?.lookbackDays ?? String(connection.lookbackDays),
    min: 1,
    max: 3650,
    unit: "days",
    problem: run?.problem,
  });
  return html`<form class="run" method="post" action="${paths.startAnalysis(project.id, id)}">${csrfField(csrf)}${trace}<div class="run-foot">${days}<button class="button primary">${icon(
    "target",
  )}<span>Run analysis</span></button></div></form>`;
}

function foot(project: ProjectRef, connection: ConnectionSummary): Html {
  const edit = editLink(project, connection);
  return html`<footer class="row"><a class="button plain small" href="${edit.href}">${edit.label}</a><a class="button danger-quiet small" href="${paths.disconnect(
    project.id,
    connection.id,
  )}">Disconnect…</a></footer>`;
}
