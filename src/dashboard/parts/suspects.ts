/** Owns the list of suspects: which commits may be behind the error, best first, each with its reasons. */
import { type Html, html } from "../../ui/html.ts";
import { icon } from "../../ui/icons.ts";
import { counted, moment } from "../../ui/moments.ts";
import { badge } from "../../ui/parts/notice.ts";
import { type FileChangeView, fileList } from "./changes.ts";
import { hashLink } from "./commits.ts";

export interface SuspectView {
  readonly hash: string;
  readonly repository: string;
  readonly subject: string;
  readonly author: string;
  readonly date: Date;
  /** Whole phrases, strongest first. */
  readonly reasons: readonly string[];
  /** The changed files that the error names. */
  readonly files: readonly FileChangeView[];
  readonly href?: string | null;
}

export interface TraceView {
  /** As pasted. */
  readonly text: string;
  /** Places in files that were read from it. */
  readonly frames: number;
}

/** The section. `underWay` says that more may come. */
export function suspectList(trace: TraceView, suspects: readonly SuspectView[], underWay: boolean): Html {
  return html`<section aria-labelledby="suspects"><div class="head"><h2 id="suspects">Suspects</h2>${
    underWay ? html`<p class="muted">so far</p>` : ""
  }</div>${suspects.length === 0 ? none(trace, underWay) : ranked(suspects)}<details class="trace plain-details"><summary>The error this run was given</summary><pre tabindex="0">${
    trace.text
  }</pre></details></section>`;
}

const shownAtOnce = 3;

/** The best few at once, the weaker ones behind one line. */
function ranked(suspects: readonly SuspectView[]): Html {
  const weaker = suspects.slice(shownAtOnce);
  const list = html`<ol class="suspects">${suspects.slice(0, shownAtOnce).map(suspect)}</ol>`;
  if (weaker.length === 0) return list;
  return html`${list}<details class="plain-details"><summary>${counted(weaker.length, "weaker suspect")}</summary><ol class="suspects" start="${
    shownAtOnce + 1
  }">${weaker.map((each, position) => suspect(each, position + shownAtOnce))}</ol></details>`;
}

function none({ frames }: TraceView, underWay: boolean): Html {
  const text =
    frames === 0
      ? "No file name could be read from the error. Paste the whole stack trace, with its lines of files."
      : underWay
        ? "No commit counted so far touches the files of the error."
        : `No commit in the window touches a file of the error (${counted(frames, "place")} read). A longer lookback may reach it.`;
  return html`<div class="empty small">${icon("target")}<p>${text}</p></div>`;
}

function suspect(view: SuspectView, position: number): Html {
  const { subject, author, date, hash, href, reasons, files, repository } = view;
  return html`<li class="card suspect${position === 0 ? " first" : ""}"><div class="rank" aria-hidden="true">${position + 1}</div><div class="suspect-body"><div class="tile-head"><h3><bdi>${
    subject === "" ? "(no message)" : subject
  }</bdi></h3>${position === 0 ? badge("Best match", "warn") : ""}</div><p class="muted by">${hashLink(hash, href)} · <bdi>${author}</bdi> · ${moment(
    date,
  )} · <bdi>${repository}</bdi></p><ul class="reasons">${reasons.map((reason) => html`<li><bdi>${reason}</bdi></li>`)}</ul>${
    files.length === 0 ? "" : fileList(files)
  }</div></li>`;
}
