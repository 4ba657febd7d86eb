/** The failures of looking up a Bitbucket and of setting one up. */
import { defineErrors } from "../base/errors.ts";

export const instanceErrors = defineErrors({
  "instances.unknown": {
    reaction: "configuration",
    message: "No Bitbucket of this name is set up here.",
    cure: "Begin again from the start page; if it was removed from the configuration, set it up again under the same id.",
  },
  "instances.unfinished": {
    reaction: "refused",
    message: "This Bitbucket is not set up to the end.",
    cure: "Open its set-up page and fill in the form.",
  },
});
