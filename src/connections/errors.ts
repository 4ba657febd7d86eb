/** The failures of connections that a person can mend. */
import { defineErrors } from "../base/errors.ts";

export const connectionErrors = defineErrors({
  "connections.not_found": {
    reaction: "refused",
    message: "There is no such connection.",
    cure: "Go back to the project and choose one of its connections.",
  },
  "connections.unknown_instance": {
    reaction: "configuration",
    message: "The Bitbucket this connection is for is no longer configured.",
    cure: "Configure it again under the same id, or remove the connection.",
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
  "connections.bad_page": {
    reaction: "malformed",
    message: "This is no page of the list of repositories.",
    cure: "Begin at the first page of the list.",
  },
  "connections.person_without_id": {
    reaction: "malformed",
    message: "Bitbucket's answer names no id for this account, so it cannot be connected.",
    cure: "Check that the configured API address is Bitbucket's.",
  },
});
