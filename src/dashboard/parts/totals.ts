/** Owns the four numbers over an analysis. */
import { type Html, html } from "../../ui/html.ts";
import { count } from "../../ui/moments.ts";

export interface Totals {
  readonly commits: number;
  /** Distinct files changed. */
  readonly files: number;
  readonly linesAdded: number;
  readonly linesRemoved: number;
}

/** Four tiles. */
export function totalTiles({ commits, files, linesAdded, linesRemoved }: Totals): Html {
  return html`<dl class="totals">${tile("Commits", count(commits))}${tile("Files changed", count(files))}${tile(
    "Lines added",
    `+${count(linesAdded)}`,
    "added",
  )}${tile("Lines removed", `−${count(linesRemoved)}`, "removed")}</dl>`;
}

function tile(name: string, value: string, look = ""): Html {
  return html`<div class="card total ${look}"><dt>${name}</dt><dd>${value}</dd></div>`;
}
