/** Owns what can happen to a pull request that somebody may want to hear of. */
import type { DcCaller } from "../caller.ts";
import type { DcRepository } from "../world.ts";
import type {
  DcPullRequest,
  Participant,
  PullRequestComment,
  PullRequestRef,
  ReviewStatus,
  UserId,
} from "./state.ts";

interface Happened<Kind extends string> {
  readonly kind: Kind;
  /** The one that is targeted. */
  readonly repository: DcRepository;
  readonly actor: Exclude<DcCaller, { readonly kind: "anonymous" }>;
  readonly pullRequest: DcPullRequest;
}

/** Named as the webhooks are. `pullRequest` is as it is afterwards; what it was before stands beside it. */
export type DcPullRequestEvent =
  | Happened<"pr:opened" | "pr:merged" | "pr:declined" | "pr:reopened" | "pr:deleted">
  | (Happened<"pr:from_ref_updated"> & { readonly previousFromHash: string })
  | (Happened<"pr:to_ref_updated"> & { readonly previousToHash: string })
  | (Happened<"pr:modified"> & {
      readonly previousTitle: string;
      readonly previousDescription: string | null;
      readonly previousTarget: PullRequestRef;
      readonly previousDraft: boolean;
    })
  | (Happened<"pr:reviewer:updated"> & {
      readonly addedReviewers: readonly UserId[];
      readonly removedReviewers: readonly UserId[];
    })
  | (Happened<"pr:reviewer:approved" | "pr:reviewer:unapproved" | "pr:reviewer:needs_work"> & {
      readonly participant: Participant;
      readonly previousStatus: ReviewStatus;
    })
  | (Happened<"pr:comment:added" | "pr:comment:deleted"> & {
      readonly comment: PullRequestComment;
      readonly commentParentId: number | null;
    })
  | (Happened<"pr:comment:edited"> & {
      readonly comment: PullRequestComment;
      readonly commentParentId: number | null;
      readonly previousComment: string;
    });
