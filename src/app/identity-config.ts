/** Owns what a configuration says of identity tokens. */
import { z } from "zod";

/** Off unless it is there; `{}` is enough. */
export const identityToken = z
  .strictObject({
    /** The `aud` claim. */
    audience: z.string().trim().min(1).max(200).default("backstage"),
    /** No token lives longer, nor longer than its session. */
    lifetimeMinutes: z.int().min(10).max(1_440).default(60),
    /** How long a key signs before the next one does. */
    rotateDays: z.int().min(1).max(365).default(30),
    /** Leaves groups out of the token; who needs them asks `/v1/userinfo`. */
    omitOwnership: z.boolean().default(false),
  })
  .optional();
