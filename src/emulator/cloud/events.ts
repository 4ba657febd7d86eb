/** Owns what can happen at Cloud that somebody may want to hear of. */
import type { Repository } from "../core/world.ts";
import type { RefChange } from "../git/ref-changes.ts";
import type { Actor } from "./caller.ts";
import type { PullRequestEvent } from "./pull-requests/events.ts";

/** Branches and tags moved, by a push or by a merge; all of one push together. */
export interface PushEvent {
  readonly kind: "push";
  readonly repository: Repository;
  readonly actor: Actor;
  readonly changes: readonly RefChange[];
}

export type CloudEvent = PushEvent | PullRequestEvent;
