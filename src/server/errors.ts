/** The failures of starting a server. */
import { defineErrors } from "../base/errors.ts";

export const serverErrors = defineErrors({
  "server.port_taken": {
    reaction: "configuration",
    message: "The port is taken by another program.",
    cure: "Stop that program, or choose another port.",
  },
  "server.cannot_listen": {
    reaction: "configuration",
    message: "The address cannot be listened on.",
    cure: "Check host and port.",
  },
});
