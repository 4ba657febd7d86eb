/** Owns what can stand in the record: each event with the sentence that says when it is written. */

export const auditEvents = {
  "connection.made": "A connection was made: its credential is kept from now on.",
  "connection.reconnected":
    "A connection was given a new credential by somebody who had to sign in or enter it again.",
  "connection.refreshed": "Bitbucket gave new tokens for a connection, and they are saved.",
  "connection.refresh_failed": "Bitbucket did not give new tokens; the reason says why.",
  "connection.scopes_changed": "New tokens came with other scopes than the ones before.",
  "connection.state_changed": "A connection went from one state to another; the reason says why.",
  "connection.handed_out":
    "A caller was given a connection's token: one entry for each caller, connection and minute in a process.",
  "connection.disconnected": "A connection's secrets were forgotten because somebody ended it.",
  "connection.revoked": "Bitbucket was told to revoke a connection's tokens; the facts say whether it did.",
  "key.rotated":
    "Every data key was replaced and wrapped anew, and what the former ones sealed was sealed again.",
  "key.given_up": "A key-encryption key was given up as lost; what it sealed cannot be opened any more.",
  "api_key.made": "An API key was made for a project.",
  "api_key.revoked": "An API key was revoked: no caller is let in with it any more.",
  "project.removed":
    "A project was removed with everything in it, its data keys too: what they sealed cannot be opened any more.",
  "signin.done":
    "Somebody signed in: the actor says who, the facts at which Bitbucket and whether for the first time.",
  "signin.refused":
    "A sign-in was refused: the reason says why, the facts at which Bitbucket and how often within the minute.",
  "identity.linked":
    "A further Bitbucket account was linked to a user; the facts say how: by the person, or by a confirmed e-mail.",
  "identity.unlinked": "A Bitbucket account was unlinked from a user, and the user's other sessions ended.",
  "identity.name_taken":
    "Somebody came with a user name that another person had at that Bitbucket before; the facts say which user that was.",
  "session.ended":
    "Sessions were ended otherwise than by signing out; the facts say whose and how many, the actor by whom.",
  "session.judged":
    "Somebody had the rules asked again about people who are signed in; the facts say about how many sessions.",
  "identity_key.made": "A key was made that signs identity tokens, or will.",
  "identity_key.rotated": "Somebody had the key of identity tokens followed by a new one.",
  "identity_key.withdrawn": "A key of identity tokens was withdrawn: nothing it signed is valid any more.",
  "rule.pinned":
    "A rule let somebody in for the first time: from now on it means the place with this id, whatever is called so.",
  "rule.unpinned": "A rule forgot which place it means: the next person it lets in pins it anew.",
  "audit.pruned": "Entries whose time was over were deleted; a signed checkpoint stands for them.",
} as const satisfies Readonly<Record<`${string}.${string}`, string>>;

export type AuditEventName = keyof typeof auditEvents;
