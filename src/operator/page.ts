/** Owns the health page: alarms in front, then pictures, then what needs a person, then the numbers. */
import type { StoredFacts } from "../app/health.ts";
import { type Html, html } from "../ui/html.ts";
import { page } from "../ui/layout.ts";
import { count, counted, moment } from "../ui/moments.ts";
import { badge, notice, type Tone } from "../ui/parts/notice.ts";
import type { Status } from "./alarms.ts";
import { renewalChart } from "./renewal-chart.ts";
import type { Need, Report } from "./report.ts";
import { stateBar } from "./state-bar.ts";

const statuses: Readonly<Record<Status, readonly [text: string, tone: Tone]>> = {
  ok: ["All is well", "good"],
  attention: ["Needs attention", "warn"],
  broken: ["Broken", "bad"],
};

/** The page; it needs no script. */
export function healthPage(report: Report): Html {
  const { status, at, startedAt, stored } = report;
  const [text, tone] = statuses[status];
  const main = html`<div class="head"><h1>Health</h1>${badge(text, tone)}</div>
<p class="muted">As of ${moment(at)}; this process counts since ${moment(startedAt)}. <a href="/health">Look again</a></p>
${alarms(report)}
${stored === null ? "" : html`<section aria-labelledby="connections"><h2 id="connections">Connections</h2>${stateBar(stored)}</section>`}
${needs(report.needsPerson)}
<section aria-labelledby="renewals"><h2 id="renewals">Renewals</h2>${renewalChart(report.renewalsOfLastHour, at)}</section>
${stored === null ? "" : numbers(stored, at)}`;
  return page({
    title: "Health",
    brand: "Windlass",
    brandHref: "/health",
    aside: html`<span class="muted">for operators</span>`,
    main: html`<div class="operator">${main}</div>`,
    foot: html`The same as <a href="/health.json">JSON</a> and as <a href="/metrics">metrics</a>.`,
  });
}

function alarms({ alarms: all }: Report): Html {
  if (all.length === 0)
    return notice({ tone: "good", title: "Nothing calls for an operator", text: "No alarm is raised." });
  return html`<div class="stack">${all.map(({ level, title, text, cure }) =>
    notice({
      tone: level === "broken" ? "bad" : "warn",
      title,
      text: html`${text} <span class="cure"><strong>What to do:</strong> ${cure}</span>`,
    }),
  )}</div>`;
}

function needs(all: readonly Need[]): Html | string {
  if (all.length === 0) return "";
  return html`<section aria-labelledby="people"><h2 id="people">What needs a person</h2>
<ul class="card rows">${all.map(
    ({ count: number, text, cure, reason, state }) =>
      html`<li class="need"><span class="need-count">${count(number)}</span><div><p>${text}</p><p class="muted">${cure}</p><code class="code">${reason ?? state}</code></div></li>`,
  )}</ul><p class="muted">Each is told so on its project's page, with a button that does it.</p></section>`;
}

function numbers({ renewals, formerTokens, keepAlive, keys, lastEntryAt }: StoredFacts, at: Date): Html {
  const { nextAt, due, overdue, oldestGivenAt, middleGivenAt } = keepAlive;
  const time = (value: Date | null) =>
    value === null ? html`<span class="muted">none</span>` : moment(value);
  const age = (since: Date | null) =>
    since === null ? html`<span class="muted">none</span>` : ageText(since, at);
  const fact = (term: string, value: Html | string) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`;
  return html`<section aria-labelledby="numbers"><h2 id="numbers">Numbers</h2><div class="card"><dl class="facts">${[
    fact("Renewals under way", count(renewals.held)),
    fact("Renewals interrupted", count(renewals.interrupted)),
    fact("Former tokens kept", count(formerTokens)),
    fact("Next keep-alive", time(nextAt)),
    fact("Keep-alives due", count(due)),
    fact("Overdue for a day", count(overdue)),
    fact("Age of the oldest tokens", age(oldestGivenAt)),
    fact("Median age of tokens", age(middleGivenAt)),
    fact("Latest entry of the record", time(lastEntryAt)),
  ]}</dl></div>${wrappingKeys(keys)}</section>`;
}

const standings = { given: "good", missing: "bad", "given up": "plain" } as const;

function wrappingKeys(keys: StoredFacts["keys"]): Html | string {
  if (keys.length === 0) return "";
  return html`<ul class="card rows">${keys.map(
    ({ id, dataKeys, standing }) =>
      html`<li class="key-row"><span>Key <code>${id}</code></span><span class="muted">wraps ${counted(dataKeys, "data key")}</span>${badge(standing, standings[standing])}</li>`,
  )}</ul>`;
}

const units = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** `3 days`, in the largest unit that fits. */
function ageText(since: Date, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - since.getTime()) / 1000);
  for (const [unit, length] of units)
    if (seconds >= length) return counted(Math.floor(seconds / length), unit);
  return "under a minute";
}
