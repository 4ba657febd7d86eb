import { expect, test } from "vitest";
import { samples } from "../../tools/gallery/samples.ts";
import { commitsPerDay } from "./charts/commits-per-day.ts";
import { analysisFinished, analysisPoll, analysisProgress, type ProgressView } from "./parts/progress.ts";

const page = (name: string) => String(samples[name]?.html());

const progress: ProgressView = {
  projectId: "p",
  analysisId: "a",
  state: "running",
  repositories: [{ fullName: "acme/shop", phase: "counting", commitsFound: 10, commitsCounted: 4 }],
  calls: 6,
  callsThisHour: 1000,
  callLimit: 1000,
  waitingUntil: null,
  waitingBecause: null,
};

test("suspects stand before everything else that was found, best first with their reasons", () => {
  const text = page("analysis");
  const order = ["Suspects", "Apply vouchers before tax", "Move the checkout", "Activity", 'id="commits"'];
  const places = order.map((each) => text.indexOf(each));
  expect(places.every((place, position) => place > (places[position - 1] ?? 0))).toBe(true);
  expect(text).toContain("changes src/cart/total.js, the top frame of the error");
});

test("a run under way polls its progress, one that is over does not", () => {
  expect(String(analysisProgress(progress))).toContain('hx-trigger="every 2s"');
  expect(String(analysisProgress({ ...progress, state: "done" }))).not.toContain("hx-");
});

test("an answer to a poll also says the state at the head of the page", () => {
  const text = String(analysisPoll({ ...progress, state: "waiting" }));
  expect(text).toContain('<span id="run-state" hx-swap-oob="true">');
  expect(text).toContain("Waiting");
  expect(page("analysis-waiting")).toContain('<span id="run-state"><');
});

test("the last answer to a poll fetches the page once", () => {
  const text = String(analysisFinished({ ...progress, state: "done" }));
  expect(text).toContain('hx-trigger="load"');
  expect(text).toContain('hx-select="#main"');
});

test("a waiting run says until when and why, in UTC", () => {
  const waitingUntil = new Date("2026-11-02T14:41:00Z");
  const text = String(
    analysisProgress({ ...progress, state: "waiting", waitingUntil, waitingBecause: "It is busy." }),
  );
  expect(text).toContain("It is busy. The run goes on by itself at");
  expect(text).toContain("14:41 UTC");
});

test("nothing in the window offers the lookback that finds something, with the same error", () => {
  expect(page("analysis-nothing")).toContain("Run with 80 days");
  expect(page("analysis-nothing")).toContain('name="lookbackDays" value="80"');
});

test("the picture says in words what it shows, and the same numbers stand in a table", () => {
  const text = String(
    commitsPerDay({
      days: [{ day: "2026-11-01", commits: 3 }],
      start: new Date("2026-10-30T12:00:00Z"),
      end: new Date("2026-11-02T12:00:00Z"),
    }),
  );
  expect(text).toContain("Commits per day, 30 Oct 2026 to 2 Nov 2026. Most: 3 commits, 1 Nov 2026.");
  expect(text.match(/<rect/g)).toHaveLength(8);
  expect(text).toContain("<td>1 Nov 2026</td>");
});

test("ten years are drawn in spans that stay visible; nonsense draws nothing and throws nothing", () => {
  const start = new Date("2016-11-02T00:00:00Z");
  const end = new Date("2026-11-02T00:00:00Z");
  const text = String(commitsPerDay({ days: [{ day: "nonsense", commits: 3 }], start, end }));
  expect(text).toContain("Commits per 40 days");
  expect(text.match(/<rect/g)?.length).toBeLessThanOrEqual(2 * 92);
  expect(commitsPerDay({ days: [], start: new Date(Number.NaN), end })).toBe("");
});
