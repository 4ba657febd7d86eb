/** Owns what a configuration says of asking the rules again while somebody is signed in. */
import { z } from "zod";
import type { RecheckSpan } from "../signin/recheck/span.ts";

const aDay = 24 * 60;

export const recheck = z.union(
  [
    z.literal(false),
    z.strictObject({
      everyMinutes: z.int().min(1).max(aDay).default(60).describe("From one judgement to the next."),
      graceMinutes: z
        .int()
        .min(0)
        .max(aDay)
        .optional()
        .describe(
          "How much longer somebody stays in while Bitbucket does not answer. Default: as long again.",
        ),
    }),
  ],
  "must be false, or { everyMinutes: 60 }",
);

/** Null where it is switched off. */
export function readRecheck(configured: z.output<typeof recheck> | undefined): RecheckSpan | null {
  if (configured === false) return null;
  const { everyMinutes = 60, graceMinutes = everyMinutes } = configured ?? {};
  return { everySeconds: everyMinutes * 60, graceSeconds: graceMinutes * 60 };
}
