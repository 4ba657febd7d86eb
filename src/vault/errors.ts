/** The failures of keeping and handing out a connection's access. */
import { defineErrors } from "../base/errors.ts";

export const vaultErrors = defineErrors({
  "vault.reconnect": {
    reaction: "stale",
    message:
      "Bitbucket no longer takes this connection's access: it was revoked there, ran out, or was not used for three months.",
    cure: "Reconnect: grant access at Bitbucket once more, or enter a new token.",
  },
  "vault.rotation_lost": {
    reaction: "stale",
    message:
      "This connection's access was lost: a renewal was interrupted after Bitbucket had been asked, and Bitbucket takes the old access no more.",
    cure: "Reconnect: grant access at Bitbucket once more.",
  },
  "vault.interrupted": {
    reaction: "unreachable",
    message:
      "A renewal of this connection was interrupted; it is being found out whether its access still works.",
    cure: "Wait a minute. If the access was lost, the connection will ask to be reconnected.",
  },
  "vault.suspect": {
    reaction: "unreachable",
    message: "Bitbucket refused to renew this connection; it is asked once more in a few minutes.",
    cure: "Wait; if Bitbucket refuses again, the connection will ask to be reconnected.",
  },
  "vault.consumer_refused": {
    reaction: "configuration",
    message: "Bitbucket takes key and secret of this instance at present for no renewal.",
    cure: "Wait ten minutes: Bitbucket locks a client out for a while. If it lasts, compare key and secret with those of the OAuth consumer or incoming link at Bitbucket; no connection has to be made anew.",
  },
  "vault.not_renewed": {
    reaction: "unreachable",
    message: "This connection's access has ended and could not be renewed yet.",
    cure: "Try again a little later; it is tried by itself as well.",
  },
  "vault.other_person": {
    reaction: "refused",
    message: "Bitbucket gave this connection the access of another person, so it was suspended.",
    cure: "Reconnect as the account named on the connection, and tell the operator.",
  },
  "vault.suspended": {
    reaction: "refused",
    message: "This connection is suspended.",
    cure: "Look at the reason on its page; reconnecting as its own account ends it.",
  },
  "vault.disconnected": {
    reaction: "stale",
    message: "This connection holds no access to Bitbucket any more.",
    cure: "Connect again.",
  },
  "vault.disconnecting": {
    reaction: "stale",
    message: "This connection is being ended: its access is given back to Bitbucket and forgotten here.",
    cure: "Connect again.",
  },
  "vault.no_bearer": {
    reaction: "refused",
    message: "This connection signs each call (OAuth 1.0a): it has no token that could be handed out.",
    cure: "Use an HTTP access token or OAuth 2 where a token is needed.",
  },
  "vault.minimum_too_long": {
    reaction: "refused",
    message: "Bitbucket's tokens do not live as long as was asked for.",
    cure: "Ask for fewer seconds, and ask again before they are over.",
  },
});
