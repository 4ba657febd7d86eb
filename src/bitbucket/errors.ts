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
    message: "It was cancelled at Bitbucket: access was not granted, and nothing was kept.",
    cure: "Begin again and choose “Grant access” there, or “Allow” at Data Center and Server.",
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
  "bitbucket.payment_required": {
    reaction: "refused",
    message: "The plan of this workspace does not include that.",
    cure: "Ask an administrator of the workspace to look at its plan.",
  },
  "bitbucket.conflict": {
    reaction: "refused",
    message: "Bitbucket refused: this was changed in the meantime, or its state does not allow it.",
    cure: "Look at it in Bitbucket, then try again.",
  },
  "bitbucket.captcha": {
    reaction: "refused",
    message:
      "Bitbucket wants a CAPTCHA solved before it takes this login again, even with the right password.",
    cure: "Log in to Bitbucket once in a browser, or ask an administrator of Bitbucket to clear the CAPTCHA challenge.",
  },
  "bitbucket.xsrf_check_failed": {
    reaction: "configuration",
    message: "Bitbucket took this request for one a foreign page made (“XSRF check failed”).",
    cure: "Let a proxy between here and Bitbucket pass the headers unchanged, X-Atlassian-Token above all.",
  },
  "bitbucket.login_page": {
    reaction: "configuration",
    message:
      "Bitbucket answers with its login page, or sends on to another address, where its API should be.",
    cure: "Check the base URL, its http(s):// and its context path. HTTP access tokens work below /rest and /scm only.",
  },
  "bitbucket.not_bitbucket": {
    reaction: "configuration",
    message: "There is no Bitbucket API at this address.",
    cure: "Check the base URL: its context path belongs to it, as in https://example.com/bitbucket.",
  },
  "bitbucket.oauth2_not_offered": {
    reaction: "configuration",
    message: "This Bitbucket offers no OAuth 2: it is older than 7.20, or its base URL is another one.",
    cure: "Check the base URL with its context path; with an older Bitbucket, make an application link for OAuth 1.0a.",
  },
  "bitbucket.rate_limited": {
    reaction: "unreachable",
    message: "Bitbucket's limit of calls is used up for now.",
    cure: "Try again within the hour: the limit counts the calls of the last 60 minutes, of everybody who uses this consumer.",
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
  "bitbucket.oauth1_key_unusable": {
    reaction: "configuration",
    message: "The private key for Bitbucket cannot be used.",
    cure: "Enter an RSA private key as PEM (“BEGIN PRIVATE KEY” or “BEGIN RSA PRIVATE KEY”), or let Windlass make a key pair.",
  },
  "bitbucket.oauth1_consumer_key_unknown": {
    reaction: "configuration",
    message: "Bitbucket knows no application link with this consumer key.",
    cure: "Compare the consumer key with the one in the link's incoming authentication (Administration → Application Links), and save it there again.",
  },
  "bitbucket.oauth1_consumer_key_rejected": {
    reaction: "configuration",
    message: "Bitbucket does not accept the consumer key of this application link.",
    cure: "Check in Bitbucket's Administration → Application Links that the link and its incoming authentication are still enabled.",
  },
  "bitbucket.oauth1_consumer_key_refused": {
    reaction: "unreachable",
    message: "Bitbucket refuses this application link for now.",
    cure: "Try again later; if it lasts, ask an administrator of Bitbucket to look at the application link.",
  },
  "bitbucket.oauth1_signature_invalid": {
    reaction: "configuration",
    message: "Bitbucket does not accept our signature.",
    cure: "Check that the application link holds the public key shown here; if it does, a proxy hides Bitbucket's address: scheme, name, port and context path have to be the same on both sides.",
  },
  "bitbucket.oauth1_signature_method_rejected": {
    reaction: "configuration",
    message: "Bitbucket does not take RSA-SHA1 signatures for this application link.",
    cure: "Enter the public key in the link's incoming authentication; a link of the kind “External application” speaks OAuth 2 instead.",
  },
  "bitbucket.oauth1_timestamp_refused": {
    reaction: "configuration",
    message: "Bitbucket refused the time of our request: its clock and the one here differ.",
    cure: "Set both clocks by NTP; Bitbucket takes a few minutes' difference at most.",
  },
  "bitbucket.oauth1_nonce_used": {
    reaction: "unreachable",
    message: "Bitbucket has seen this very request before.",
    cure: "Try again; if it happens each time, a proxy sends requests twice.",
  },
  "bitbucket.oauth1_version_rejected": {
    reaction: "configuration",
    message: "Bitbucket does not speak the version of OAuth that application links use.",
    cure: "Check that the base URL is that of a Bitbucket Server or Data Center.",
  },
  "bitbucket.oauth1_parameter_absent": {
    reaction: "configuration",
    message: "Bitbucket misses a part of our signed request.",
    cure: "Check that no proxy removes the Authorization header or the query.",
  },
  "bitbucket.oauth1_parameter_rejected": {
    reaction: "configuration",
    message: "Bitbucket does not accept a part of our signed request.",
    cure: "Check the consumer key and the callback URL, and that no proxy changes requests.",
  },
  "bitbucket.oauth1_token_rejected": {
    reaction: "stale",
    message:
      "Bitbucket no longer knows this access: the application link was made anew, or the access was revoked.",
    cure: "Connect again: allow access at Bitbucket once more.",
  },
  "bitbucket.oauth1_token_expired": {
    reaction: "stale",
    message: "This access to Bitbucket has expired.",
    cure: "Connect again: allow access at Bitbucket once more.",
  },
  "bitbucket.oauth1_token_revoked": {
    reaction: "stale",
    message: "This access to Bitbucket was revoked.",
    cure: "Connect again: allow access at Bitbucket once more.",
  },
  "bitbucket.oauth1_token_used": {
    reaction: "refused",
    message: "This request was completed at Bitbucket before.",
    cure: "Begin again from the start page.",
  },
  "bitbucket.oauth1_token_not_authorized": {
    reaction: "refused",
    message: "Nobody has allowed this access at Bitbucket.",
    cure: "Begin again and choose “Allow” at Bitbucket.",
  },
  "bitbucket.oauth1_permission_unknown": {
    reaction: "refused",
    message: "Nobody has allowed or denied this access at Bitbucket yet.",
    cure: "Begin again and choose “Allow” at Bitbucket.",
  },
  "bitbucket.oauth1_permission_denied": {
    reaction: "refused",
    message: "Bitbucket does not permit this to the application link, or to the person.",
    cure: "Ask an administrator of Bitbucket to look at the application link's incoming authentication, then begin again.",
  },
  "bitbucket.oauth1_additional_authorization_required": {
    reaction: "refused",
    message: "Bitbucket wants the person to allow more than was allowed.",
    cure: "Connect again: allow access at Bitbucket once more.",
  },
  "bitbucket.oauth1_user_refused": {
    reaction: "refused",
    message: "Bitbucket refuses this person for now.",
    cure: "Sign in to Bitbucket in the browser to see why, or ask an administrator.",
  },
  "bitbucket.oauth1_refused": {
    reaction: "refused",
    message: "Bitbucket refused, and gave a reason that is not in its documents.",
    cure: "Read the reason; check the base URL, the consumer key and the application link.",
  },
  "bitbucket.oauth1_not_offered": {
    reaction: "configuration",
    message: "No Bitbucket with application links answers at this address.",
    cure: "Check the base URL: scheme, name, port and, where Bitbucket has one, the context path.",
  },
  "bitbucket.oauth1_no_token": {
    reaction: "malformed",
    message: "Bitbucket answered without a token.",
    cure: "Check that the base URL is Bitbucket's and that no proxy or sign-in page answers in its place.",
  },
  "bitbucket.oauth1_unconfirmed": {
    reaction: "refused",
    message:
      "Bitbucket did not confirm where to send people back to, so that one person's approval could be used by another.",
    cure: "Check that the base URL is Bitbucket's own and that nothing in between drops oauth_callback from requests.",
  },
  "bitbucket.not_a_person": {
    reaction: "refused",
    message: "This account is not a person's: it belongs to a service, or to a token nobody stands behind.",
    cure: "Sign in as a person.",
  },
  "bitbucket.person_inactive": {
    reaction: "refused",
    message: "This account has been deactivated at Bitbucket.",
    cure: "Ask an administrator of Bitbucket to activate it, or use another account.",
  },
});
