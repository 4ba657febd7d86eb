/** Owns what a configuration says of identity tokens. */
import { z } from "zod";

/** Off unless it is there; `{}` is enough. */
export const identityToken = z
  .strictObject({
    audience: z.string().trim().min(1).max(200).default("backstage").describe("The `aud` claim."),
    lifetimeMinutes: z
      .int()
      .min(10)
      .max(1_440)
      .default(60)
      .describe("No token lives longer, nor longer than its session."),
    rotateDays: z
      .int()
      .min(1)
      .max(365)
      .default(30)
      .describe("How long a key signs before the next one does."),
    omitOwnership: z
      .boolean()
      .default(false)
      .describe("Leaves groups out of the token; who needs them asks `/v1/userinfo`."),
  })
  .optional()
  .describe(
    "Signed statements who is signed in, for services that trust this server's keys. Off unless it is there; `{}` is enough.",
  );
