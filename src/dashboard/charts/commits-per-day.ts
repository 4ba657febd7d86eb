/** Owns the picture of commits per day: drawn here, in two widths, with the same numbers as a table. */
import { scaleBand, scaleLinear } from "d3-scale";
import { type Html, html } from "../../ui/html.ts";
import { count, counted, dayText } from "../../ui/moments.ts";

export interface CommitsPerDay {
  /** `2026-11-02`, in UTC. */
  readonly day: string;
  readonly commits: number;
}

export interface CommitsPerDayView {
  readonly days: readonly CommitsPerDay[];
  readonly start: Date;
  readonly end: Date;
}

interface Bucket {
  readonly label: string;
  readonly short: string;
  readonly commits: number;
}

const dayMs = 86_400_000;
const mostBars = 92;

/** The figure. Long windows are drawn in equal spans of days, so that a bar stays visible. */
export function commitsPerDay(view: CommitsPerDayView): Html | string {
  const { buckets, span } = fill(view);
  if (buckets.length === 0) return "";
  const each = span === 1 ? "day" : `${span} days`;
  const busiest = buckets.reduce((best, next) => (next.commits > best.commits ? next : best));
  const title = span === 1 ? "Commits per day" : `Commits per ${each}`;
  const description = `${title}, ${buckets[0]?.label ?? ""} to ${buckets.at(-1)?.label ?? ""}. Most: ${counted(busiest.commits, "commit")}, ${busiest.label}.`;
  return html`<figure class="card chart"><figcaption>${title}</figcaption>${draw(buckets, { width: 960, height: 220, labels: 6, name: "wide" }, title, description)}${draw(
    buckets,
    { width: 340, height: 180, labels: 3, name: "slim" },
    title,
    description,
  )}${table(buckets, each)}</figure>`;
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly labels: number;
  readonly name: "wide" | "slim";
}

const edge = { top: 10, right: 4, bottom: 24, left: 34 };

function draw(buckets: readonly Bucket[], canvas: Canvas, title: string, description: string): Html {
  const { width, height, name } = canvas;
  const floor = height - edge.bottom;
  const x = scaleBand(
    buckets.map((_, position) => position),
    [edge.left, width - edge.right],
  ).padding(0.25);
  const y = scaleLinear([0, Math.max(4, ...buckets.map(({ commits }) => commits))], [floor, edge.top]).nice(
    4,
  );
  const bars = buckets.map(({ commits, label }, position) => {
    const top = y(commits);
    return html`<rect class="${commits === 0 ? "no" : "some"}" x="${tenth(x(position) ?? 0)}" y="${tenth(
      commits === 0 ? floor - 1 : top,
    )}" width="${tenth(x.bandwidth())}" height="${tenth(commits === 0 ? 1 : floor - top)}" rx="1.5"><title>${label}: ${counted(commits, "commit")}</title></rect>`;
  });
  return html`<svg class="per-day ${name}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="per-day-${name}-title per-day-${name}-text"><title id="per-day-${name}-title">${title}</title><desc id="per-day-${name}-text">${description}</desc>${y
    .ticks(4)
    .filter(Number.isInteger)
    .map(
      (tick) =>
        html`<g class="tick-line"><path d="M${edge.left} ${tenth(y(tick))}H${width - edge.right}"/><text x="${edge.left - 8}" y="${tenth(
          y(tick) + 4,
        )}" text-anchor="end">${count(tick)}</text></g>`,
    )}<g class="bars">${bars}</g><g class="days">${dayLabels(buckets, canvas, (position) => (x(position) ?? 0) + x.bandwidth() / 2)}</g></svg>`;
}

function dayLabels(buckets: readonly Bucket[], canvas: Canvas, middle: (position: number) => number): Html[] {
  const every = Math.max(1, Math.ceil(buckets.length / canvas.labels));
  return buckets.flatMap(({ short }, position) => {
    const x = middle(position);
    if (position % every !== 0 || x > canvas.width - 22) return [];
    return [
      html`<text x="${tenth(Math.max(x, edge.left + 12))}" y="${canvas.height - 6}" text-anchor="middle">${short}</text>`,
    ];
  });
}

function table(buckets: readonly Bucket[], each: string): Html {
  const rows = buckets.filter(({ commits }) => commits > 0);
  return html`<details class="plain-details"><summary>The same as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Commits per ${each}"><table><thead><tr><th scope="col">${
    each === "day" ? "Day (UTC)" : "Days (UTC)"
  }</th><th scope="col" class="number">Commits</th></tr></thead><tbody>${rows.map(
    ({ label, commits }) => html`<tr><td>${label}</td><td class="number">${count(commits)}</td></tr>`,
  )}</tbody></table></div></details>`;
}

/** Every day of the window, also the empty ones, in spans of equal length. Days that are none are left out. */
function fill({ days, start, end }: CommitsPerDayView): { buckets: Bucket[]; span: number } {
  if (Number.isNaN(start.getTime() + end.getTime())) return { buckets: [], span: 1 };
  const known = days
    .map(({ day, commits }) => ({ number: dayNumber(Date.parse(`${day}T00:00:00Z`)), commits }))
    .filter(({ number }) => Number.isFinite(number));
  const numbers = known.map(({ number }) => number);
  const first = Math.min(dayNumber(start.getTime()), ...numbers);
  const last = Math.max(dayNumber(end.getTime()), first, ...numbers);
  const span = Math.max(1, Math.ceil((last - first + 1) / mostBars));
  const sums = new Array<number>(Math.ceil((last - first + 1) / span)).fill(0);
  for (const { number, commits } of known) {
    const place = Math.floor((number - first) / span);
    sums[place] = (sums[place] ?? 0) + commits;
  }
  return { buckets: sums.map((commits, place) => bucket(first + place * span, span, commits)), span };
}

function bucket(first: number, span: number, commits: number): Bucket {
  const from = dayText(new Date(first * dayMs));
  const to = dayText(new Date((first + span - 1) * dayMs));
  const [dayOfMonth, month] = from.split(" ");
  return { label: span === 1 ? from : `${from} to ${to}`, short: `${dayOfMonth} ${month}`, commits };
}

const dayNumber = (time: number) => Math.floor(time / dayMs);

const tenth = (value: number) => Math.round(value * 10) / 10;
