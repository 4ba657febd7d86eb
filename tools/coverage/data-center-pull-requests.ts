/** Owns the rows of Data Center's and Server's pull requests. */
import type { Proven } from "./row.ts";

export const dataCenterPullRequests: readonly Proven[] = [];
