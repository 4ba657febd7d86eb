/** Owns how changed files read: status, path, lines added and removed. */
import { type Html, html } from "../../ui/html.ts";
import { count, counted } from "../../ui/moments.ts";
import { badge, type Tone } from "../../ui/parts/notice.ts";

export interface FileChangeView {
  readonly status: "added" | "removed" | "modified" | "renamed";
  /** The path after the commit; before it, for a removed file. */
  readonly path: string;
  /** The path before, when it was another one. */
  readonly oldPath?: string | null;
  readonly linesAdded: number;
  readonly linesRemoved: number;
}

const tones: Readonly<Record<FileChangeView["status"], Tone | "plain">> = {
  added: "good",
  removed: "bad",
  modified: "plain",
  renamed: "info",
};

/** A list of changed files; `more` says how many are left out. */
export function fileList(files: readonly FileChangeView[], more = 0): Html {
  if (files.length === 0 && more === 0) return html`<p class="muted none">No file changed.</p>`;
  return html`<ul class="files">${files.map(file)}${
    more > 0
      ? html`<li class="muted">and ${counted(more, "more file", "more files")}: see the JSON result</li>`
      : ""
  }</ul>`;
}

function file({ status, path, oldPath, linesAdded, linesRemoved }: FileChangeView): Html {
  const moved = oldPath !== null && oldPath !== undefined && oldPath !== path;
  return html`<li class="file">${badge(status, tones[status])}<span class="path">${
    moved ? html`<bdi class="old">${oldPath}</bdi><span class="to"> → </span>` : ""
  }<bdi>${path}</bdi></span>${lines(linesAdded, linesRemoved)}</li>`;
}

/** `+12 −3` with a small bar of the same shares. */
export function lines(added: number, removed: number): Html {
  return html`<span class="lines"><span class="added">+${count(added)}</span> <span class="removed">−${count(removed)}</span>${shares(
    added,
    removed,
  )}</span>`;
}

const width = 48;

/** The bar's length says how much, on a logarithmic scale; its colours say of what. */
function shares(added: number, removed: number): Html {
  const total = added + removed;
  const whole = total === 0 ? 0 : Math.min(width, Math.max(4, (Math.log10(total + 1) / 3.5) * width));
  const green = total === 0 ? 0 : (whole * added) / total;
  const round = (value: number) => Math.round(value * 10) / 10;
  return html`<svg class="shares" viewBox="0 0 ${width} 6" aria-hidden="true" focusable="false"><rect class="ground" width="${width}" height="6" rx="2"/><rect class="added" width="${round(
    green,
  )}" height="6"/><rect class="removed" x="${round(green)}" width="${round(whole - green)}" height="6"/></svg>`;
}
