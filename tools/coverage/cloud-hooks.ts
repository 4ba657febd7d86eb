/** Owns the rows of Cloud's webhooks. */
import type { Proven } from "./row.ts";

export const cloudHooks: readonly Proven[] = [];
