/** The failures of analyses that a person can mend. */
import { defineErrors } from "../base/errors.ts";

export const analysisErrors = defineErrors({
  "analyses.not_found": {
    reaction: "refused",
    message: "There is no such analysis.",
    cure: "Go back to the project and choose one of its analyses.",
  },
  "analyses.no_repositories": {
    reaction: "refused",
    message: "This connection has no repositories yet.",
    cure: "Choose the repositories first, then run the analysis.",
  },
  "analyses.bad_lookback": {
    reaction: "malformed",
    message: "The lookback is a whole number of days from 1 to 3650.",
    cure: "Enter how many days of history to read.",
  },
  "analyses.error_too_long": {
    reaction: "malformed",
    message: "The error is longer than 200,000 characters.",
    cure: "Paste the stack trace alone, without the log around it.",
  },
  "analyses.broken": {
    reaction: "unreachable",
    message: "The analysis stopped at an unexpected failure of Windlass itself.",
    cure: "Run it again; if it stops again, look into the log.",
  },
});
