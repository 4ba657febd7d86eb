import { describe, expect, test } from "vitest";
import { fc } from "../property.ts";
import { isAttack } from "./case.ts";
import { catalogue } from "./catalogue.ts";
import { mutants } from "./mutants.ts";
import { misplaced, tryMutant } from "./try-mutant.ts";

test("each weakening stands where it says, has a name of its own, and names cases there are", () => {
  expect(mutants.flatMap(({ changes }) => changes.map(misplaced)).filter(Boolean)).toEqual([]);
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  const attacks = new Set<string>(catalogue.filter(isAttack).map(({ id }) => id));
  const unknown = mutants.flatMap(({ caughtBy }) => caughtBy).filter((id) => !attacks.has(id));
  expect(unknown).toEqual([]);
  for (const { caughtBy } of mutants) expect(caughtBy.length).toBeGreaterThan(0);
});

test("each case that is tried has a weakening it was seen to fail with", () => {
  const named = new Set(mutants.flatMap(({ caughtBy }) => caughtBy));
  const attacks = catalogue.filter(isAttack).map(({ id }) => id);
  expect(attacks.filter((id) => !named.has(id))).toEqual([]);
});

/** The seed of every property test chooses these; `npm run attacks -- --mutants` tries all. */
const { seed } = fc.readConfigureGlobal();
const some = fc.sample(fc.shuffledSubarray([...mutants], { minLength: 3, maxLength: 3 }), {
  numRuns: 1,
  ...(seed === undefined ? {} : { seed }),
});

describe("a weakened server is noticed", () => {
  test.each((some[0] ?? []).map((mutant) => [mutant.name, mutant] as const))(
    "%s",
    { timeout: 60_000 },
    async (_name, mutant) => {
      expect((await tryMutant(mutant)).missedBy).toEqual([]);
    },
  );
});

test("a weakening that is not where it says is an error, never a miss", async () => {
  const nowhere = { file: "src/handshake/complete.ts", find: "there is no such text", replace: "" };
  await expect(tryMutant({ name: "nowhere", changes: [nowhere], caughtBy: ["C1"] })).rejects.toThrow(
    "0 times",
  );
});
