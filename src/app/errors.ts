/** The failures of configuration. */
import { defineErrors } from "../base/errors.ts";

export const appErrors = defineErrors({
  "app.config_invalid": {
    reaction: "configuration",
    message: "The configuration has mistakes.",
    cure: "Mend each line named above and start again.",
  },
});
