/** Owns the events a webhook of a Data Center can subscribe to, by version and scope. */
import type { DataCenterContext } from "../context.ts";
import { has } from "../version.ts";
import type { DcHookScope } from "./state.ts";

/** @see "Event payload", Bitbucket Data Center documentation */
const ofRepositories = [
  "mirror:repo_synchronized",
  "pr:comment:added",
  "pr:comment:deleted",
  "pr:comment:edited",
  "pr:declined",
  "pr:deleted",
  "pr:from_ref_updated",
  "pr:merged",
  "pr:modified",
  "pr:opened",
  "pr:reviewer:approved",
  "pr:reviewer:needs_work",
  "pr:reviewer:unapproved",
  "pr:reviewer:updated",
  "pr:to_ref_updated",
  "repo:comment:added",
  "repo:comment:deleted",
  "repo:comment:edited",
  "repo:forked",
  "repo:modified",
  "repo:refs_changed",
  "repo:secret_detected",
] as const;

/** Those a hook of that scope may have; a project's may hear of the project, too. */
export function eventsOf(context: DataCenterContext, scope: DcHookScope["kind"]): readonly string[] {
  const known = ofRepositories.filter(
    (name) => name !== "pr:from_ref_updated" || has("fromRefUpdated", context),
  );
  return scope === "project" ? [...known, "project:modified"] : known;
}
