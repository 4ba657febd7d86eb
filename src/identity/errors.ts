/** The failures of identity tokens. */
import { defineErrors } from "../base/errors.ts";

export const identityErrors = defineErrors({
  "identity.token_refused": {
    reaction: "refused",
    message: "This identity token is not valid here.",
    cure: "Ask for a new one while signed in: it may have ended, be made for another audience, or bear a key that was withdrawn.",
  },
  "identity.off": {
    reaction: "configuration",
    message: "Identity tokens are switched off.",
    cure: "Set identityToken in the configuration; identityToken: {} is enough.",
  },
  "identity.no_key": {
    reaction: "refused",
    message: "There is no such key.",
    cure: "Take one of those that windlass identity-keys list shows.",
  },
});
