/** The failures of connections that a person can mend. */
import { defineErrors } from "../base/errors.ts";

export const connectionErrors = defineErrors({
  "connections.not_found": {
    reaction: "refused",
    message: "There is no such connection.",
    cure: "Go back to the project and choose one of its connections.",
  },
  "connections.other_person": {
    reaction: "refused",
    message: "This connection belongs to another Bitbucket account than the one that just granted access.",
    cure: "Sign in at Bitbucket as the account named on the connection and reconnect, or make a new connection.",
  },
  "connections.no_workspace": {
    reaction: "refused",
    message: "The workspace of this connection is not chosen yet.",
    cure: "Choose or enter the workspace first.",
  },
  "connections.workspace_not_found": {
    reaction: "refused",
    message: "Bitbucket shows no such workspace to this account.",
    cure: "Copy the workspace's id from its address at Bitbucket: bitbucket.org/ID/.",
  },
  "connections.entry_invalid": {
    reaction: "refused",
    message: "The form is not filled in completely.",
    cure: "Correct the fields that are marked.",
  },
  "connections.credential_refused": {
    reaction: "refused",
    message: "Bitbucket does not take this credential.",
    cure: "Check that it was copied whole and has not ended; make a new one at Bitbucket if in doubt.",
  },
  "connections.app_password_retired": {
    reaction: "refused",
    message: "Bitbucket Cloud takes no app passwords any more: they were retired on 28 July 2026.",
    cure: "Make an API token with scopes instead, and enter it with the e-mail address of the Atlassian account.",
  },
  "connections.kind_not_offered": {
    reaction: "refused",
    message: "This Bitbucket cannot be connected in this way.",
    cure: "Go back and choose another way to connect.",
  },
  "connections.person_without_id": {
    reaction: "malformed",
    message: "Bitbucket's answer names no id for this account, so it cannot be connected.",
    cure: "Check that the configured API address is Bitbucket's.",
  },
});
