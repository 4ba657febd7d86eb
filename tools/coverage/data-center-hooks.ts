/** Owns the rows of Data Center's and Server's webhooks. */
import type { Proven } from "./row.ts";

export const dataCenterHooks: readonly Proven[] = [];
