/** The failures of sessions and their cookies. */
import { defineErrors } from "../base/errors.ts";

export const sessionErrors = defineErrors({
  "sessions.insecure_origin": {
    reaction: "configuration",
    message: "People cannot be kept signed in over plain http.",
    cure: "Use an https address; http is accepted for localhost and other loopback addresses only.",
  },
  "sessions.unavailable": {
    reaction: "unreachable",
    message: "Who is signed in cannot be looked up at the moment.",
    cure: "Try again in a moment: nobody was signed out. Whoever runs the server finds the reason in its log.",
  },
  "sessions.unjudged": {
    reaction: "unreachable",
    message:
      "Whether you may still come in has to be asked at Bitbucket, which does not answer at the moment.",
    cure: "Try again in a moment: you are still signed in. Whoever runs the server finds the reason in its log.",
  },
  "sessions.not_found": {
    reaction: "refused",
    message: "There is no such session, or it has ended.",
    cure: "Reload the page: it shows the sessions there are.",
  },
});
