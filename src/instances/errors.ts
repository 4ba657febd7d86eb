/** The failures of looking up a Bitbucket and of setting one up. */
import { defineErrors } from "../base/errors.ts";

export const instanceErrors = defineErrors({
  "instances.unknown": {
    reaction: "configuration",
    message: "No Bitbucket of this name is set up here.",
    cure: "Begin again from the start page; if it was removed from the configuration, set it up again under the same id.",
  },
  "instances.too_many": {
    reaction: "refused",
    message: "This project has set up as many Bitbucket Servers as it may.",
    cure: "Use one of those it has, or ask the operator to put the server into the configuration.",
  },
  "instances.unfinished": {
    reaction: "refused",
    message: "This Bitbucket is not set up to the end.",
    cure: "Open its set-up page and fill in the form.",
  },
  "instances.in_use": {
    reaction: "refused",
    message: "Connections use this Bitbucket Server, and what they hold must not be sent to another address.",
    cure: "Set up another Bitbucket Server for the other address, or disconnect those connections first.",
  },
});
