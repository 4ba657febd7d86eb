/** Owns what can happen at a Data Center or Server that somebody may want to hear of. */
import type { RefChange } from "../git/ref-changes.ts";
import type { DcCaller } from "./caller.ts";
import type { DcPullRequestEvent } from "./pull-requests/events.ts";
import type { DcRepository } from "./world.ts";

/** Who did it. */
export type DcActor = Exclude<DcCaller, { readonly kind: "anonymous" }>;

/** Branches and tags moved, by a push or by a merge; all of one push together. */
export interface DcPushEvent {
  readonly kind: "push";
  readonly repository: DcRepository;
  readonly actor: DcActor;
  readonly changes: readonly RefChange[];
}

export type DcEvent = DcPushEvent | DcPullRequestEvent;
