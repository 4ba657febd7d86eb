/** Owns the switches of pull requests at Cloud. */
import { choice, flag } from "../../core/switches.ts";

export const pullRequestRules = {
  pullRequestRight: choice(
    ["write", "read"],
    "The permission that opening a pull request between two branches of one repository takes; nobody noted it.",
  ),
  pullRequestTwice: choice(
    ["updates", "answers"],
    "A second pull request of the same branches answers the open one: Weblate's client relies on that. Whether title and description are taken over was not noted.",
  ),
  pullRequestRefusalStatus: choice(
    [400, 409],
    "Status for merging with conflicts, merging or declining what is closed, and a fast forward that is none; 400 was met with conflicts and with closed ones, the documents know 409 for branches that moved meanwhile.",
  ),
  pullRequestClosedOpinions: flag(
    false,
    "A closed pull request can still be approved; the documents refuse only taking an approval back.",
  ),
  sourceDeletedDeclines: flag(
    false,
    "Deleting the source branch declines the pull request instead of leaving it open; nobody noted it.",
  ),
} as const;
