/** The face of `suspects`: reads stack traces and ranks commits by them. Pure; runs anywhere. */
export type { Frame } from "./frame.ts";
export type { ChangedFile } from "./match.ts";
export {
  type CandidateCommit,
  mergeSuspects,
  type RankOptions,
  rankSuspects,
  type Suspect,
} from "./rank.ts";
export { readTrace } from "./trace.ts";
