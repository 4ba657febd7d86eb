/** The failures of talking with Bitbucket: what it refused, what it answered badly, what is set up wrongly. */
import { defineErrors } from "../base/errors.ts";

export const bitbucketErrors = defineErrors({
  "bitbucket.configuration": {
    reaction: "configuration",
    message: "Bitbucket is not set up completely.",
    cure: "Enter the Key and Secret of an OAuth consumer (Bitbucket: Workspace settings → OAuth consumers).",
  },
  "bitbucket.call_incomplete": {
    reaction: "configuration",
    message: "A value this call needs is missing.",
    cure: "Hand in the value that is named.",
  },
  "bitbucket.callback_malformed": {
    reaction: "malformed",
    message: "This is not an answer Bitbucket gives.",
    cure: "Begin again from the start page.",
  },
  "bitbucket.state_mismatch": {
    reaction: "refused",
    message: "This answer belongs to another attempt.",
    cure: "Begin again from the start page, in this browser.",
  },
  "bitbucket.denied": {
    reaction: "refused",
    message: "Access was not granted at Bitbucket.",
    cure: "Begin again and choose “Grant access” at Bitbucket.",
  },
  "bitbucket.authorization_failed": {
    reaction: "refused",
    message: "Bitbucket ended the authorization with an error.",
    cure: "Check the OAuth consumer's callback URL and permissions at Bitbucket, then begin again.",
  },
  "bitbucket.credentials_refused": {
    reaction: "configuration",
    message: "Bitbucket does not know this Key and Secret.",
    cure: "Copy Key and Secret of the OAuth consumer again (Workspace settings → OAuth consumers), both whole.",
  },
  "bitbucket.consumer_without_callback": {
    reaction: "configuration",
    message: "The OAuth consumer has no callback URL.",
    cure: "Enter the callback URL on the consumer (Workspace settings → OAuth consumers → Edit).",
  },
  "bitbucket.consumer_public": {
    reaction: "configuration",
    message: "The OAuth consumer is public, so it cannot act on its own.",
    cure: "Tick “This is a private consumer” on the consumer (Workspace settings → OAuth consumers → Edit).",
  },
  "bitbucket.scope_refused": {
    reaction: "configuration",
    message: "A permission was asked for that the OAuth consumer does not have.",
    cure: "Tick the permission on the consumer (Workspace settings → OAuth consumers → Edit), or ask for less.",
  },
  "bitbucket.code_refused": {
    reaction: "refused",
    message: "Bitbucket refused the code: it was used before, is too old, or was made for another address.",
    cure: "Begin again from the start page.",
  },
  "bitbucket.refresh_refused": {
    reaction: "refused",
    message: "Bitbucket no longer renews this access.",
    cure: "Reconnect: grant access at Bitbucket once more.",
  },
  "bitbucket.token_refused": {
    reaction: "refused",
    message: "Bitbucket refused to hand out a token.",
    cure: "Begin again; if it happens again, check the OAuth consumer at Bitbucket.",
  },
  "bitbucket.unauthorized": {
    reaction: "stale",
    message: "Bitbucket no longer accepts this access: it has expired or was revoked.",
    cure: "Authorize again at Bitbucket.",
  },
  "bitbucket.forbidden": {
    reaction: "refused",
    message: "This account may not do that at Bitbucket.",
    cure: "Ask an administrator of the workspace or repository for the right, or use another account.",
  },
  "bitbucket.not_found": {
    reaction: "refused",
    message: "Bitbucket shows no such thing to this account: it is not there, or hidden.",
    cure: "Check the spelling and the workspace, and that this account may see it.",
  },
  "bitbucket.gone": {
    reaction: "refused",
    message: "Bitbucket has removed this function.",
    cure: "Enter by hand what was to be looked up.",
  },
  "bitbucket.rate_limited": {
    reaction: "unreachable",
    message: "Bitbucket's limit of calls is used up for now.",
    cure: "Wait; the limit is counted over the last hour.",
  },
  "bitbucket.unavailable": {
    reaction: "unreachable",
    message: "Bitbucket cannot answer at the moment.",
    cure: "Try again in a few minutes.",
  },
  "bitbucket.malformed_answer": {
    reaction: "malformed",
    message: "Bitbucket's answer could not be understood.",
    cure: "Check that the configured addresses are Bitbucket's and that no proxy answers in its place.",
  },
  "bitbucket.bad_request": {
    reaction: "malformed",
    message: "Bitbucket did not understand the request.",
    cure: "Check what was entered.",
  },
  "bitbucket.foreign_page": {
    reaction: "malformed",
    message: "Bitbucket's answer points to another server, which is not followed.",
    cure: "Check that the configured API address is Bitbucket's.",
  },
  "bitbucket.bad_page": {
    reaction: "refused",
    message: "This page of the list does not exist.",
    cure: "Begin the list anew.",
  },
  "bitbucket.profile_without_id": {
    reaction: "malformed",
    message: "Bitbucket's answer names no id for this person, so nobody can be signed in by it.",
    cure: "Check that the configured API address is Bitbucket's.",
  },
});
