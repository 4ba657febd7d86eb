/** The failures of signing in, beside those of the handshake and of Bitbucket. */
import { defineErrors } from "../base/errors.ts";

export const signinErrors = defineErrors({
  "signin.unknown_instance": {
    reaction: "refused",
    message: "No Bitbucket of this name is set up here.",
    cure: "Begin again from the start page.",
  },
  "signin.not_a_person": {
    reaction: "refused",
    message: "This Bitbucket account is not a person's.",
    cure: "Sign in with your own account, not with an app's or a team's.",
  },
});
