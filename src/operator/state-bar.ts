/** Owns the picture of all connections by state: one bar, and a legend that says the same in numbers. */
import type { StoredFacts } from "../app/health.ts";
import { type Html, html } from "../ui/html.ts";
import { count, counted } from "../ui/moments.ts";

/** In the order they stand in the bar. */
const words = {
  active: "connected",
  suspect: "under suspicion",
  uncertain: "being found out",
  suspended: "suspended",
  reconnect: "to be reconnected",
  disconnected: "disconnected",
} as const;

type State = keyof typeof words;

/** Of 1,000 units; a single connection among a million is seen too. */
const narrowest = 8;
const whole = 1000;

export function stateBar({ connections }: StoredFacts): Html {
  const parts = (Object.keys(words) as State[]) // the keys of a constant of this file
    .map((state) => ({ state, number: sumOf(connections, state) }))
    .filter(({ number }) => number > 0);
  const total = parts.reduce((sum, { number }) => sum + number, 0);
  const said = parts.map(({ state, number }) => `${count(number)} ${words[state]}`).join(", ");
  if (total === 0) return html`<p class="muted">There is no connection yet.</p>`;
  return html`<figure class="card chart"><figcaption>${counted(total, "connection")} by state</figcaption>
<svg class="state-bar" viewBox="0 0 ${whole} 10" preserveAspectRatio="none" role="img" aria-label="${said}">${rectangles(parts, total)}</svg>
<ul class="legend">${parts.map(
    ({ state, number }) =>
      html`<li><svg class="swatch" viewBox="0 0 10 10" aria-hidden="true" focusable="false"><rect class="${state}" width="10" height="10" rx="2"/></svg><span><strong>${count(number)}</strong> ${words[state]}</span></li>`,
  )}</ul></figure>`;
}

interface Part {
  readonly state: State;
  readonly number: number;
}

function rectangles(parts: readonly Part[], total: number): Html[] {
  const wanted = parts.map(({ number }) => Math.max(narrowest, (number / total) * whole));
  const scale = whole / wanted.reduce((sum, width) => sum + width, 0);
  let x = 0;
  return parts.map(({ state, number }, position) => {
    const width = (wanted[position] ?? 0) * scale;
    const drawn = html`<rect class="${state}" x="${tenth(x)}" width="${tenth(width)}" height="10"><title>${count(number)} ${words[state]}</title></rect>`;
    x += width;
    return drawn;
  });
}

/** A connection that is being renewed works. */
function sumOf(connections: StoredFacts["connections"], wanted: State): number {
  return connections.reduce((sum, { state, count: number }) => {
    const shown = state === "refreshing" ? "active" : state;
    return sum + (shown === wanted ? number : 0);
  }, 0);
}

const tenth = (value: number) => Math.round(value * 10) / 10;
