/** Owns measuring the judgement: 1,000 rules asked for somebody who has a place in some of them, apart from what Bitbucket takes to answer. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { Secret } from "../../src/base/secret.ts";
import { cloudInstance } from "../../src/bitbucket/cloud.ts";
import { createJudge, type Judge } from "../../src/signin/rules/judge.ts";
import type { Rule } from "../../src/signin/rules/rule.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { insertRulePin } from "../../src/storage/tables/rule-pins.ts";
import type { Part } from "./catalog.ts";

const rules = 1_000;
const ownPlaces = 50;
const people = 2_000;
const warmUp = 200;
const mostMilliseconds = 1;

const slugOf = (number: number) => `workspace-${number}`;
const uuidOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

export async function measureJudging(): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), "windlass-judging-bench-"));
  const database = await openDatabase(join(folder, "windlass.db"), { clock: systemClock() });
  try {
    // As they are after everybody was here once.
    for (let number = 0; number < rules; number += 1)
      await insertRulePin(database.kysely, {
        instance_id: "bitbucket",
        place: `workspace ${slugOf(number)}`,
        pinned_id: uuidOf(number),
        pinned_at: new Date(0).toISOString(),
      });
    const instance = cloudInstance({ clientId: "client", clientSecret: "secret" });
    const all = Array.from({ length: rules }, (_, at): Rule => ruleOf(at));
    // Made before, as if Bitbucket had them ready.
    const answers = Array.from({ length: people + warmUp }, (_, person) => answerFor(person));
    let asked = 0;
    const judge = createJudge({
      database,
      clock: systemClock(),
      audit: { transaction: () => Promise.reject(new Error("everything is pinned")) },
      instances: async () => instance,
      rules: () => all,
      fetch: async () =>
        new Response(answers[asked++] ?? "{}", { headers: { "content-type": "application/json" } }),
    });
    return partOf(await judgeAll(judge), asked / (people + warmUp));
  } finally {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function ruleOf(number: number): Rule {
  const roles = [number % 10 === 0 ? "admin" : "member"];
  return { kind: "workspace", place: slugOf(number), permission: "read", id: null, roles };
}

/** What the next person is a member of. */
function answerFor(person: number): string {
  const values = Array.from({ length: ownPlaces }, (_, at) => {
    const number = (person * 7 + at * 19) % rules;
    return { administrator: false, workspace: { slug: slugOf(number), uuid: `{${uuidOf(number)}}` } };
  });
  return JSON.stringify({ values });
}

/** In order. */
async function judgeAll(judge: Judge): Promise<readonly number[]> {
  const credential = { kind: "oauth2" as const, login: null, accessToken: new Secret("token") };
  const times: number[] = [];
  for (let person = 0; person < people + warmUp; person += 1) {
    const begun = performance.now();
    const { roles } = await judge("bitbucket", credential);
    const took = performance.now() - begun;
    if (!roles.includes("member")) throw new Error("somebody was let in as nobody");
    if (person >= warmUp) times.push(took);
  }
  return times.toSorted((a, b) => a - b);
}

function partOf(times: readonly number[], calls: number): Part {
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
  return {
    rows: [
      { name: "judging by 1,000 rules, somebody with 50 workspaces, p50", value: at(0.5), unit: "ms" },
      { name: "judging by 1,000 rules, somebody with 50 workspaces, p95", value: at(0.95), unit: "ms" },
      { name: "calls for them", value: calls, unit: "calls" },
    ],
    goals: [
      {
        goal: "judging ≤ 1 ms p95, apart from Bitbucket's answer",
        value: at(0.95),
        met: at(0.95) <= mostMilliseconds,
      },
      { goal: "one call for a kind of rule", value: calls, met: calls === 1 },
    ],
  };
}
