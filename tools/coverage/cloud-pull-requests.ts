/** Owns the rows of Cloud's pull requests. */
import type { Proven } from "./row.ts";

export const cloudPullRequests: readonly Proven[] = [];
