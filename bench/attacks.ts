/**
 * Answers: which attacks of the catalogue that need nothing but HTTP get through at Windlass, Auth.js, better-auth and passport,
 * each judged by the same rules?
 */
import { attack, cases } from "./attacks/attempts.ts";
import type { Judged, Verdict } from "./attacks/judge.ts";
import { type System, systems } from "./attacks/systems.ts";
import type { BenchTable, TextTable } from "./table.ts";

interface Attacked extends System {
  readonly judged: readonly Judged[];
}

const marks: Readonly<Record<Verdict, string>> = { held: "held", broken: "BROKEN", weak: "weak", unfit: "–" };

/** One after the other: cases have their own idea of how long an answer may take. */
export async function run(): Promise<BenchTable> {
  const attacked: Attacked[] = [];
  for (const system of systems) attacked.push({ ...system, judged: await attack(system) });
  const [own] = attacked;
  const through = own === undefined ? Number.NaN : count(own.judged, "broken") + count(own.judged, "weak");
  return {
    bench: "attacks",
    rows: [],
    tables: [byGroup(attacked), byCase(attacked), reasons(attacked)],
    goals: [
      { goal: `of ${cases.length} cases, not held by windlass: 0`, value: through, met: through === 0 },
    ],
  };
}

function count(judged: readonly Judged[], ...verdicts: readonly Verdict[]): number {
  return judged.filter(({ verdict }) => verdicts.includes(verdict)).length;
}

const groups = [...new Set(cases.map(({ id }) => id.charAt(0)))];

/** Held of those that apply. */
function byGroup(attacked: readonly Attacked[]): TextTable {
  const heldOf = (judged: readonly Judged[]) => {
    const applying = count(judged, "held", "broken", "weak");
    return applying === 0 ? "–" : `${count(judged, "held")} of ${applying}`;
  };
  return {
    head: ["system", "versions", ...groups, "all", "broken", "weak"],
    rows: attacked.map(({ name, version, judged }) => [
      name,
      version,
      ...groups.map((group) => heldOf(judged.filter(({ id }) => id.startsWith(group)))),
      heldOf(judged),
      `${count(judged, "broken")}`,
      `${count(judged, "weak")}`,
    ]),
  };
}

function byCase(attacked: readonly Attacked[]): TextTable {
  return {
    head: ["case", ...attacked.map(({ name }) => name), "what has to happen"],
    rows: cases.map(({ id, title }) => [
      id,
      ...attacked.map(({ judged }) => marks[judged.find((each) => each.id === id)?.verdict ?? "unfit"]),
      title,
    ]),
  };
}

/** Each with all the cases and systems it is given for. */
function reasons(attacked: readonly Attacked[]): TextTable {
  const found = new Map<string, string[]>();
  for (const verdict of ["broken", "weak", "unfit"] as const)
    for (const { id } of cases)
      for (const { name, judged } of attacked) {
        const one = judged.find((each) => each.id === id);
        if (one?.verdict !== verdict) continue;
        const key = [id, marks[verdict], one.reason].join("\0");
        found.set(key, [...(found.get(key) ?? []), name]);
      }
  return {
    head: ["case", "", "seen, missing, or why it does not apply", "at"],
    rows: [...found].map(([key, names]) => [...key.split("\0"), names.join("; ")]),
  };
}
