/** Owns changing rules while all runs: those of Cloud, and those Data Center and Server share. */
import { Hono } from "hono";
import { z } from "zod";
import { json } from "../cloud/answers.ts";
import type { EmulatorContext } from "../core/context.ts";
import { EmulatorFailure } from "../core/errors.ts";
import { readRule } from "../core/rules.ts";
import { isDcRule, readDcRule } from "../data-center/rules.ts";
import { type ControlEnv, withBody } from "./body.ts";

/** Names and values; which there are, {@link ruleProblems} knows. */
const rulesSchema = z.record(z.string(), z.union([z.boolean(), z.number(), z.string()]));

type Given = Readonly<Record<string, unknown>>;

const read = (name: string, value: unknown) =>
  isDcRule(name) ? readDcRule(name, String(value)) : readRule(name, String(value));

/** A sentence for each rule that there is not, or that takes no such value. */
function ruleProblems(rules: Given): readonly string[] {
  return Object.entries(rules).flatMap(([name, value]) => {
    const rule = read(name, value);
    return typeof rule === "string" ? [rule] : [];
  });
}

/** Everybody reads the rules when they answer: they are changed in place. Throws {@link EmulatorFailure} `bad_option`. */
export function changeRules({ rules, dataCenters }: EmulatorContext, changes: Given): void {
  const problems = ruleProblems(changes);
  if (problems.length > 0) throw new EmulatorFailure("bad_option", `${problems.join("; ")}.`, problems);
  for (const [name, value] of Object.entries(changes)) {
    const targets = isDcRule(name) ? dataCenters.map((each) => each.rules) : [rules];
    for (const target of targets) Object.assign(target, read(name, value));
  }
}

/** `dataCenter` is null where neither Data Center nor Server runs. */
function currentRules({ rules, dataCenters }: EmulatorContext): object {
  return { cloud: rules, dataCenter: dataCenters[0]?.rules ?? null };
}

/** Mounted under `/_emulator`. */
export function rulesRoutes(context: EmulatorContext): Hono<ControlEnv> {
  const app = new Hono<ControlEnv>({ strict: false });
  app.get("/rules", () => json(currentRules(context)));
  app.post("/rules", (c) =>
    withBody(c, rulesSchema, (rules) => {
      const problems = ruleProblems(rules);
      if (problems.length > 0) return json({ error: "The body is not as expected.", problems }, 400);
      changeRules(context, rules);
      return json(currentRules(context));
    }),
  );
  return app;
}
