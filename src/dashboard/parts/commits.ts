/** Owns the paged list of commits, each opening to its files. */
import { type Html, html } from "../../ui/html.ts";
import { icon } from "../../ui/icons.ts";
import { safeHref } from "../../ui/links.ts";
import { count, counted, moment } from "../../ui/moments.ts";
import { badge } from "../../ui/parts/notice.ts";
import { paths } from "../paths.ts";
import { type FileChangeView, fileList, lines } from "./changes.ts";

export interface CommitView {
  readonly hash: string;
  /** `workspace/repo-slug`; shown when the page has several. */
  readonly repository: string;
  /** First line of the message. */
  readonly subject: string;
  /** Name without address. */
  readonly author: string;
  readonly date: Date;
  readonly isMerge: boolean;
  /** `false` while its files are not counted yet. */
  readonly counted: boolean;
  readonly linesAdded: number;
  readonly linesRemoved: number;
  /** Files in all; `files` may hold only the first. */
  readonly fileCount: number;
  readonly files: readonly FileChangeView[];
  /** Its page at Bitbucket. */
  readonly href?: string | null;
}

export interface CommitPage {
  /** Newest first. */
  readonly items: readonly CommitView[];
  /** Counts from 1. */
  readonly page: number;
  readonly pages: number;
  readonly total: number;
}

export interface CommitListPlace {
  readonly projectId: string;
  readonly analysisId: string;
}

/** The section. */
export function commitList(commits: CommitPage, place: CommitListPlace): Html {
  const several = new Set(commits.items.map(({ repository }) => repository)).size > 1;
  return html`<section aria-labelledby="commits"><div class="head"><h2 id="commits">Commits</h2><p class="muted">${counted(
    commits.total,
    "commit",
  )}, newest first</p></div><ul class="card commits">${commits.items.map((each) => row(each, several))}</ul>${pager(
    commits,
    place,
  )}</section>`;
}

/** The first ten digits. */
export function shortHash(hash: string): string {
  return hash.slice(0, 10);
}

/** The short hash, as a link to Bitbucket where there is one. */
export function hashLink(hash: string, href: string | null | undefined): Html {
  const safe = safeHref(href);
  const code = html`<code title="${hash}">${shortHash(hash)}</code>`;
  return safe === null ? code : html`<a class="hash" href="${safe}" rel="noreferrer">${code}</a>`;
}

function row(commit: CommitView, several: boolean): Html {
  const { subject, author, date, hash, repository, isMerge } = commit;
  return html`<li><details class="commit"><summary><span class="commit-text"><span class="subject"><bdi>${
    subject === "" ? "(no message)" : subject
  }</bdi>${isMerge ? html` ${badge("merge")}` : ""}</span><span class="muted by"><bdi>${author}</bdi> · ${moment(date)}${
    several ? html` · <bdi>${repository}</bdi>` : ""
  }</span></span>${sums(commit)}</summary><div class="commit-files"><p class="muted">${icon("commit")} ${hashLink(
    hash,
    commit.href,
  )} ${counted(commit.fileCount, "file")}${isMerge ? ", against the first parent" : ""}</p>${
    commit.counted ? fileList(commit.files, commit.fileCount - commit.files.length) : ""
  }</div></details></li>`;
}

function sums({ counted: known, linesAdded, linesRemoved, fileCount }: CommitView): Html {
  if (!known) return html`<span class="sums muted">not counted yet</span>`;
  return html`<span class="sums"><span class="muted file-count">${counted(fileCount, "file")}</span>${lines(linesAdded, linesRemoved)}</span>`;
}

function pager({ page, pages }: CommitPage, { projectId, analysisId }: CommitListPlace): Html | string {
  if (pages < 2) return "";
  const link = (to: number, label: string, rel: string) =>
    to < 1 || to > pages
      ? html`<span></span>`
      : html`<a class="button plain small" rel="${rel}" href="${paths.analysis(projectId, analysisId, to)}">${label}</a>`;
  return html`<nav class="pager" aria-label="Pages of commits">${link(page - 1, "Newer", "prev")}<span class="muted">Page ${count(
    page,
  )} of ${count(pages)}</span>${link(page + 1, "Older", "next")}</nav>`;
}
