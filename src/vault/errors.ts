/** The failures of handing out a connection's access. */
import { defineErrors } from "../base/errors.ts";

export const vaultErrors = defineErrors({
  "vault.reconnect": {
    reaction: "stale",
    message:
      "Bitbucket no longer takes this connection's access: it was revoked there, ran out, or was not used for three months.",
    cure: "Reconnect: grant access at Bitbucket once more, or enter a new token.",
  },
  "vault.disconnected": {
    reaction: "stale",
    message: "This connection holds no access to Bitbucket any more.",
    cure: "Connect again.",
  },
});
