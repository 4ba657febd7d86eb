import { expect, test } from "vitest";
import { type CandidateCommit, mergeSuspects, rankSuspects } from "./rank.ts";
import { ordinalWord } from "./reason.ts";
import { readTrace } from "./trace.ts";

const frames = readTrace(`TypeError: x
    at applyDiscount (/app/src/cart/discount.ts:41:17)
    at handle (/app/node_modules/express/lib/router/index.js:9:1)
    at total (/app/src/cart/total.ts:12:3)
    at main (/app/src/index.ts:3:1)`);

function commit(
  hash: string,
  day: number,
  paths: string[],
  more: Partial<CandidateCommit> = {},
): CandidateCommit {
  return {
    hash,
    date: new Date(Date.UTC(2026, 10, day)),
    authorRaw: "Jane <jane@example.com>",
    message: hash,
    files: paths.map((path) => ({ path, oldPath: null, linesAdded: 1, linesRemoved: 1, status: "modified" })),
    ...more,
  };
}

const hashes = (commits: CandidateCommit[]) => rankSuspects({ frames, commits }).map(({ hash }) => hash);

test("the best match comes first, then the newest, and commits that match nothing are left out", () => {
  const ranked = rankSuspects({
    frames,
    commits: [
      commit("caller", 9, ["src/cart/total.ts"]),
      commit("elsewhere", 8, ["README.md", "lib/other.ts"]),
      commit("older", 1, ["src/cart/discount.ts"]),
      commit("newer", 5, ["docs/a.md", "src/cart/discount.ts"]),
      commit("doubtful", 9, ["legacy/cart/discount.ts"]),
    ],
  });
  expect(ranked.map(({ hash }) => hash)).toEqual(["newer", "older", "caller", "doubtful"]);
  expect(ranked[0]?.reasons).toEqual(["changed src/cart/discount.ts, named by the 1st frame (line 41)"]);
  expect(ranked[2]?.reasons).toEqual(["changed src/cart/total.ts, named by the 3rd frame (line 12)"]);
  expect(ranked[3]?.reasons).toEqual([
    "changed legacy/cart/discount.ts, whose last 2 path segments are named by the 1st frame (line 41)",
  ]);
});

test("a file name alone is no match when both paths name folders", () => {
  expect(
    hashes([commit("a", 1, ["packages/billing/discount.ts"]), commit("b", 1, ["lib/index.ts"])]),
  ).toEqual([]);
  expect(hashes([commit("root", 1, ["discount.ts"])])).toEqual(["root"]);
  const bare = readTrace("ReferenceError\n    at discount.ts:41:1");
  const [weak] = rankSuspects({ frames: bare, commits: [commit("a", 1, ["src/cart/discount.ts"])] });
  expect(weak?.reasons).toEqual([
    "changed src/cart/discount.ts, whose file name alone is named by the 1st frame (line 41)",
  ]);
});

test("installed packages do not count while the trace names the app's own files", () => {
  const vendored = commit("vendored", 9, ["node_modules/express/lib/router/index.js"]);
  expect(hashes([vendored])).toEqual([]);
  const onlyForeign = readTrace("Error\n    at x (/app/node_modules/express/lib/router/index.js:9:1)");
  expect(rankSuspects({ frames: onlyForeign, commits: [vendored] })).toHaveLength(1);
});

test("a renamed file is found by either name, and a merge comes after what it merged", () => {
  const file = { linesAdded: 0, linesRemoved: 0, status: "renamed" };
  const away = commit("away", 1, [], {
    files: [{ path: "src/price/rebate.ts", oldPath: "src/cart/discount.ts", ...file }],
  });
  const merge = commit("merge", 9, ["src/cart/discount.ts"], { parents: ["a", "b"] });
  const ranked = rankSuspects({ frames, commits: [merge, away] });
  expect(ranked.map(({ hash }) => hash)).toEqual(["away", "merge"]);
  expect(ranked[0]?.reasons[0]).toMatch(
    /^renamed src\/cart\/discount\.ts to src\/price\/rebate\.ts, named by/,
  );
});

test("deeper agreement beats shallower at the same frame", () => {
  expect(
    hashes([
      commit("shallow", 9, ["src/cart/discount.ts"]),
      commit("deep", 1, ["x/app/src/cart/discount.ts"]),
    ]),
  ).toEqual(["deep", "shallow"]);
});

test("ranking in pieces gives the ranking of the whole", () => {
  const commits = Array.from({ length: 200 }, (_, i) =>
    commit(`c${i}`, (i * 7) % 28, [i % 3 === 0 ? "src/cart/total.ts" : "src/cart/discount.ts"]),
  );
  const whole = rankSuspects({ frames, commits, keep: 10 });
  const left = rankSuspects({ frames, commits: commits.slice(0, 77), keep: 10 });
  const right = rankSuspects({ frames, commits: commits.slice(77), keep: 10 });
  expect(mergeSuspects(left, right, 10)).toEqual(whole);
  expect(whole).toHaveLength(10);
});

test("ordinals read as people write them", () => {
  expect([1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111].map(ordinalWord).join(" ")).toBe(
    "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 101st 111th",
  );
});
