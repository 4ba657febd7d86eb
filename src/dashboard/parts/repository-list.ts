/** Owns the searchable list of repositories with tick boxes; also answered alone, as a fragment. */
import { type Html, html } from "../../ui/html.ts";
import { icon } from "../../ui/icons.ts";
import { day } from "../../ui/moments.ts";
import { badge } from "../../ui/parts/notice.ts";
import { paths } from "../paths.ts";
import { type Failure, failureTitle } from "./failure.ts";

export interface RepositoryListView {
  readonly projectId: string;
  readonly connectionId: string;
  readonly workspace: string;
  /** What is searched for, as typed. */
  readonly query: string;
  /** Ticked: kept at the top, whatever is searched for. */
  readonly picked: readonly RepositoryChoice[];
  /** What this page of the search found, without the picked ones. */
  readonly found: readonly RepositoryChoice[];
  /** Opaque; `null` on the last page. */
  readonly nextPage: string | null;
  /** `true` behind the first page. */
  readonly paged?: boolean;
  /** The list could not be read; entering by hand still works. */
  readonly failure?: Failure | null;
}

export interface RepositoryChoice {
  /** Value of the field `picked`. */
  readonly value: string;
  /** `workspace/repo-slug`. */
  readonly fullName: string;
  readonly isPrivate?: boolean | null;
  readonly description?: string | null;
  readonly updatedOn?: Date | null;
}

/** The search field and the list below it. Only what is below is replaced while typing. */
export function repositoryList(view: RepositoryListView): Html {
  const url = paths.repositoryList(view.projectId, view.connectionId);
  return html`<div class="picker"><label for="q">Search in <bdi>${view.workspace}</bdi></label><div class="search">${icon(
    "search",
  )}<input id="q" name="q" type="search" value="${view.query}" autocomplete="off" spellcheck="false" placeholder="Name"
 hx-get="${url}" hx-trigger="input changed delay:250ms, search" hx-target="#repository-list" hx-swap="outerHTML" hx-include="[name='picked']" hx-sync="this:replace" hx-indicator=".search"><button class="button plain" name="do" value="search">Search</button></div>
${repositoryResults(view)}</div>`;
}

/** The fragment answered at {@link paths.repositoryList}. */
export function repositoryResults(view: RepositoryListView): Html {
  return html`<div id="repository-list" class="results"><p class="unseen" role="status">${view.failure ? "" : said(view)}</p>${
    view.failure ? html`<p class="problem">${failureTitle(view.failure)}. ${view.failure.cure}</p>` : ""
  }<fieldset><legend class="unseen">Repositories</legend>${view.picked.map((each) => choice(each, true))}${view.found.map(
    (each) => choice(each, false),
  )}</fieldset>${view.found.length === 0 && !view.failure ? html`<p class="none">${said(view)}</p>` : ""}${pages(view)}</div>`;
}

function said({ found, query, workspace }: RepositoryListView): string {
  if (found.length > 0) return `${found.length} found`;
  return query === ""
    ? `No further repository in ${workspace} that you can read.`
    : `No repository in ${workspace} has “${query}” in its name.`;
}

function choice(
  { value, fullName, isPrivate, description, updatedOn }: RepositoryChoice,
  ticked: boolean,
): Html {
  return html`<label class="tick repository"><input type="checkbox" name="picked" value="${value}"${ticked ? html` checked` : ""}><span class="repository-name"><bdi>${fullName}</bdi>${
    isPrivate === true ? html` ${badge("private")}` : ""
  }${description ? html`<span class="muted description"><bdi>${description}</bdi></span>` : ""}</span>${
    updatedOn instanceof Date ? html`<span class="muted updated">${day(updatedOn)}</span>` : ""
  }</label>`;
}

function pages({ projectId, connectionId, nextPage, paged }: RepositoryListView): Html | string {
  if (nextPage === null && paged !== true) return "";
  const fetches = html`hx-get="${paths.repositoryList(projectId, connectionId)}" hx-target="#repository-list" hx-swap="outerHTML" hx-include="[name='picked'],[name='q']"`;
  return html`<div class="row pager">${
    paged === true
      ? html`<button class="button quiet small" name="page" value="" ${fetches}>First page</button>`
      : ""
  }${nextPage === null ? "" : html`<button class="button plain small" name="page" value="${nextPage}" ${fetches}>More repositories</button>`}</div>`;
}
