import { expect, test } from "vitest";
import { attack, cases } from "../../bench/attacks/attempts.ts";
import { judgeFailure } from "../../bench/attacks/judge.ts";
import { type System, systems } from "../../bench/attacks/systems.ts";

function systemOf(id: string): System {
  const found = systems.find((each) => each.id === id);
  if (found === undefined) throw new Error(`there is no ${id}`);
  return found;
}

async function verdicts(id: string, ...ids: readonly string[]) {
  const chosen = cases.filter((each) => ids.includes(each.id));
  const judged = await attack(systemOf(id), chosen);
  return Object.fromEntries(judged.map((each) => [each.id, each.verdict]));
}

test("a server that checks no state is broken, one that does holds", { timeout: 60_000 }, async () => {
  const asked = ["B1", "C1", "C2", "C20"];
  expect(await verdicts("passport", ...asked)).toEqual({
    B1: "unfit",
    C1: "broken",
    C2: "broken",
    C20: "weak",
  });
  expect(await verdicts("passport-state", ...asked)).toMatchObject({ C1: "held", C2: "held", C20: "weak" });
  expect(await verdicts("windlass", ...asked)).toEqual({ B1: "held", C1: "held", C2: "held", C20: "held" });
});

test("a server that ends is broken, and attacked on", { timeout: 60_000 }, async () => {
  expect(await verdicts("passport-state", "G9", "G16")).toEqual({ G9: "broken", G16: "held" });
});

test("a missing defence counts as broken as soon as somebody else is signed in", () => {
  const failure = (who: string) => `somebody is signed in\n\n'${who}' !== null\n`;
  expect(judgeFailure("J3", failure("victim"), false).verdict).toBe("weak");
  expect(judgeFailure("J3", failure("bystander"), false)).toEqual({
    verdict: "broken",
    reason: "the bystander is signed in",
  });
});

test("only what is attacked at all is left out, and nothing at ours", () => {
  const ids: readonly string[] = cases.map(({ id }) => id);
  for (const { unfit } of systems) expect(Object.keys(unfit).filter((id) => !ids.includes(id))).toEqual([]);
  expect(systemOf("windlass").unfit).toEqual({});
});
