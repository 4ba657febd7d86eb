/** The failures of configuration. */
import { defineErrors } from "../base/errors.ts";

export const appErrors = defineErrors({
  "app.config_invalid": {
    reaction: "configuration",
    message: "The configuration has mistakes.",
    cure: "Mend each line named above and start again.",
  },
  "app.unknown_instance": {
    reaction: "configuration",
    message: "This belongs to a Bitbucket that is no longer configured here.",
    cure: "Put its instance back into the configuration, under the id it had.",
  },
});
