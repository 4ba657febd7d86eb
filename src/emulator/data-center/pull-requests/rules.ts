/** Owns the switches of pull requests: what nobody noted of how Bitbucket handles them. */
import { choice, flag } from "../../core/switches.ts";

export const pullRequestSwitches = {
  updateKeepsAbsent: flag(
    false,
    "A PUT of a pull request without description or reviewers keeps them; else it takes them away, as clients' authors warn.",
  ),
  rescopeBumpsVersion: flag(true, "A push to a pull request's branches raises its version."),
  deletedSource: choice(
    ["declined", "open"],
    "What becomes of an open pull request whose source branch is deleted; one whose target is deleted is declined.",
  ),
  authorReviewStatus: choice(
    [409, 400],
    "Status of POST approve by the author; participants/{slug} is 400 as documented.",
  ),
  tokenMergeStatus: choice(
    [401, 403],
    "Status of a merge with a project's or repository's token, which cannot; 403 is documented for editing files.",
  ),
  vetoMergesDrafts: flag(true, "A draft cannot be merged: a veto says so."),
  pullRequestDiffFrom: choice(
    ["merge base", "target"],
    "What a pull request's changes and diff compare its source with; fromHash names the target's commit in either case.",
  ),
  pullRequestOrder: choice(
    ["updated", "created"],
    "What NEWEST and OLDEST go by: the last change of a pull request, or its beginning.",
  ),
  blameAlone: choice(
    ["list", "object"],
    "browse?blame&noContent answers the list of spans itself, as a client's tests have it, or {blame}.",
  ),
} as const;
