/** Owns the picture of the last hour's renewals: a bar a minute, in two widths, with the same numbers as a table. */
import { scaleBand, scaleLinear } from "d3-scale";
import { type Html, html } from "../ui/html.ts";
import { clockText, count, counted } from "../ui/moments.ts";
import type { RenewalMinute } from "./meters.ts";

const minuteMilliseconds = 60_000;
const minutesShown = 60;

export function renewalChart(known: readonly RenewalMinute[], now: Date): Html {
  const minutes = everyMinute(known, now);
  const [renewed, failed] = [sum(minutes, "renewed"), sum(minutes, "failed")];
  const title = `By this process in the last hour: ${count(renewed)} renewed, ${count(failed)} failed. Times in UTC.`;
  if (renewed + failed === 0)
    return html`<p class="muted">This process renewed nothing in the last hour.</p>`;
  return html`<figure class="card chart"><figcaption>${title}</figcaption>${draw(minutes, { width: 960, height: 180, every: 10, name: "wide" }, title)}${draw(
    minutes,
    { width: 340, height: 150, every: 20, name: "slim" },
    title,
  )}${table(minutes)}</figure>`;
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  /** A label for each so many minutes. */
  readonly every: number;
  readonly name: "wide" | "slim";
}

const edge = { top: 10, right: 4, bottom: 24, left: 40 };

function draw(minutes: readonly RenewalMinute[], canvas: Canvas, title: string): Html {
  const { width, height, every, name } = canvas;
  const floor = height - edge.bottom;
  const places = minutes.map((_, place) => place);
  const x = scaleBand(places, [edge.left, width - edge.right]).padding(0.2);
  const most = Math.max(4, ...minutes.map(({ renewed, failed }) => renewed + failed));
  const y = scaleLinear([0, most], [floor, edge.top]).nice(4);
  const piece = (kind: string, place: number, from: number, to: number) =>
    to === from
      ? ""
      : html`<rect class="${kind}" x="${tenth(x(place) ?? 0)}" y="${tenth(y(to))}" width="${tenth(x.bandwidth())}" height="${tenth(y(from) - y(to))}"/>`;
  const lines = y
    .ticks(4)
    .filter(Number.isInteger)
    .map(
      (tick) =>
        html`<path d="M${edge.left} ${tenth(y(tick))}H${width - edge.right}"/><text x="${edge.left - 8}" y="${tenth(y(tick) + 4)}" text-anchor="end">${count(tick)}</text>`,
    );
  const bars = minutes.map(
    ({ minute, renewed, failed }, place) =>
      html`<g><title>${clockText(minute)}: ${count(renewed)} renewed, ${count(failed)} failed</title>${piece("some", place, 0, renewed)}${piece("failed", place, renewed, renewed + failed)}</g>`,
  );
  const labels = minutes.map(({ minute }, place) => {
    const middle = (x(place) ?? 0) + x.bandwidth() / 2;
    if (minute.getUTCMinutes() % every !== 0 || middle > width - 30) return "";
    return html`<text x="${tenth(Math.max(middle, edge.left + 10))}" y="${height - 6}" text-anchor="middle">${clockText(minute).replace(" UTC", "")}</text>`;
  });
  return html`<svg class="per-day ${name}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">${lines}${bars}${labels}</svg>`;
}

function table(minutes: readonly RenewalMinute[]): Html {
  const rows = minutes.filter(({ renewed, failed }) => renewed + failed > 0);
  return html`<details class="plain-details"><summary>The same as a table (${counted(rows.length, "minute")})</summary><div class="scroll" tabindex="0" role="region" aria-label="Renewals per minute"><table><thead><tr><th scope="col">Minute</th><th scope="col" class="number">Renewed</th><th scope="col" class="number">Failed</th></tr></thead><tbody>${rows.map(
    ({ minute, renewed, failed }) =>
      html`<tr><td>${clockText(minute)}</td><td class="number">${count(renewed)}</td><td class="number">${count(failed)}</td></tr>`,
  )}</tbody></table></div></details>`;
}

/** Also the minutes in which nothing happened. */
function everyMinute(known: readonly RenewalMinute[], now: Date): readonly RenewalMinute[] {
  const last = Math.floor(now.getTime() / minuteMilliseconds);
  const byMinute = new Map(known.map((each) => [each.minute.getTime() / minuteMilliseconds, each]));
  return Array.from({ length: minutesShown }, (_, place) => {
    const number = last - minutesShown + 1 + place;
    return byMinute.get(number) ?? { minute: new Date(number * minuteMilliseconds), renewed: 0, failed: 0 };
  });
}

function sum(minutes: readonly RenewalMinute[], part: "renewed" | "failed"): number {
  return minutes.reduce((total, minute) => total + minute[part], 0);
}

const tenth = (value: number) => Math.round(value * 10) / 10;
