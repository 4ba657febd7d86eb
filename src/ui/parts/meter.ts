/** Owns bars: how far something is, how much of something is used. */
import { type Html, html } from "../html.ts";
import { count } from "../moments.ts";

export interface BarOptions {
  readonly label: string;
  readonly done: number;
  /** 0 while it is not known yet: the bar then moves without saying how far. */
  readonly total: number;
  /** What stands at the right; default `done of total`. */
  readonly said?: string;
  readonly large?: boolean;
}

/** A labelled progress bar. */
export function bar({ label, done, total, said, large = false }: BarOptions): Html {
  const text = said ?? (total > 0 ? `${count(done)} of ${count(total)}` : "");
  const value = total > 0 ? html` value="${Math.min(done, total)}" max="${total}"` : "";
  return html`<div class="bar${large ? " large" : ""}"><div class="bar-text"><span>${label}</span><span class="figure">${text}</span></div><progress aria-label="${label}"${value}>${text}</progress></div>`;
}
