/** Owns the switches of the rate limit. */
import { choice, flag } from "../../core/switches.ts";

export const limitSwitches = {
  limitsRequests: flag(
    false,
    "A Data Center limits requests from the start: 60 at once and 5 more a second for each user. An administrator can by REST too.",
  ),
  limitRetryAfter: flag(true, "A 429 has Retry-After; Atlassian's own client copes with its absence."),
  limitHeaders: flag(
    false,
    "Answers to Basic and Bearer have the X-RateLimit headers that are documented for Jira and Confluence.",
  ),
  manyLimitsAnswer: choice(
    ["object", "list"],
    "What setting the limit of several people answers: one object, as Atlassian's document has it, or a list.",
  ),
} as const;
