/** The failures of sessions and their cookies. */
import { defineErrors } from "../base/errors.ts";

export const sessionErrors = defineErrors({
  "sessions.insecure_origin": {
    reaction: "configuration",
    message: "People cannot be kept signed in over plain http.",
    cure: "Use an https address; http is accepted for localhost and other loopback addresses only.",
  },
});
