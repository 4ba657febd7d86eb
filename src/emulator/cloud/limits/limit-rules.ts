/** Owns the switches of the hourly budgets. @see "API request limits", Atlassian Support */
import { amount, choice, flag } from "../../core/switches.ts";

export const limitRules = {
  rateLimit: choice(
    ["anonymous", "all", "off"],
    "Whose calls are refused with 429 beyond the budget. Bitbucket limits all; here callers with credentials are spared unless all is chosen, since a test or an analysis of a long history makes more calls in an hour of the emulator's clock than Bitbucket grants.",
  ),
  anonymousCallsPerHour: amount(60, "Calls an hour without credentials, of any kind."),
  repositoryCallsPerHour: amount(
    1000,
    "Calls an hour below /2.0/repositories with a credential; access tokens of large paid workspaces get up to 10000.",
  ),
  rawFilesPerHour: amount(5000, "Raw files an hour, counted apart from the other calls."),
  webhookCallsPerHour: amount(
    1000,
    "Calls an hour to webhooks and their subjects, counted apart from the other calls.",
  ),
  rateLimitShare: choice(
    ["consumer", "user"],
    "Who shares the budget of OAuth tokens: everybody of one consumer, as a page of Atlassian's support says, or each person of theirs, as another does.",
  ),
  rateLimitRetryAfter: flag(
    false,
    "A 429 carries Retry-After with the seconds left; no capture of Bitbucket Cloud has it.",
  ),
  nearLimitHeader: choice(
    ["boolean", "number"],
    "X-RateLimit-NearLimit on answers to access tokens: whether less than a fifth is left, as Atlassian's page says, or what a fifth is, as one client's author has it.",
  ),
} as const;
