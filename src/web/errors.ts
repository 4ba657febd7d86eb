/** The failures of requests to the server itself. */
import { defineErrors } from "../base/errors.ts";

export const webErrors = defineErrors({
  "web.not_found": {
    reaction: "refused",
    message: "There is no page at this address.",
    cure: "Check the address, or begin at the start page.",
  },
  "web.method_not_allowed": {
    reaction: "refused",
    message: "This address is not for that kind of request.",
    cure: "Begin at the start page. Nothing was changed.",
  },
  "web.signed_out": {
    reaction: "stale",
    message: "Nobody is signed in.",
    cure: "Sign in, then try again.",
  },
  "web.foreign_form": {
    reaction: "refused",
    message: "This request did not come from a page of this server.",
    cure: "Open the page again and repeat what you did. Nothing was changed.",
  },
  "web.email_unconfirmed": {
    reaction: "refused",
    message: "This needs an e-mail address that Bitbucket has confirmed.",
    cure: "Confirm your address at Bitbucket, then sign out and in again. A Bitbucket that confirms none cannot be used here.",
  },
  "web.other_instance": {
    reaction: "refused",
    message: "This needs signing in at another Bitbucket.",
    cure: "Sign out, then sign in at the one that is named.",
  },
  "web.role_missing": {
    reaction: "refused",
    message: "This needs a role that you do not have.",
    cure: "Ask whoever runs this server: roles come from the rules of signing in.",
  },
  "web.foreign_opener": {
    reaction: "refused",
    message: "The page that opened this window may not be told who signs in here.",
    cure: "Close this window. Whoever runs this server can name that page's origin under signInOpeners.",
  },
  "web.browser_refused": {
    reaction: "refused",
    message: "Tokens are handed to programs only, never to a browser.",
    cure: "Ask from a server or a script, without cookies, Origin or Sec-Fetch headers.",
  },
  "web.key_missing": {
    reaction: "refused",
    message: "An API key is needed here.",
    cure: "Make one with windlass api-keys make and send it: Authorization: Bearer wlk_…",
  },
  "web.key_refused": {
    reaction: "refused",
    message: "This API key is not known, or it was revoked.",
    cure: "Check that it was copied whole, or make another with windlass api-keys make.",
  },
  "web.key_without_right": {
    reaction: "refused",
    message: "This API key does not carry the right to be given tokens.",
    cure: "Make another with windlass api-keys make --right token.",
  },
  "web.not_json": {
    reaction: "malformed",
    message: "The body has to be JSON.",
    cure: "Send it with Content-Type: application/json, or send no body.",
  },
  "web.too_many_requests": {
    reaction: "unreachable",
    message: "Too many attempts came within a minute.",
    cure: "Wait a moment, then try again. Nothing is lost.",
  },
  "web.too_large": {
    reaction: "malformed",
    message: "More was sent than is accepted.",
    cure: "Send less: a stack trace of up to 200,000 characters is taken.",
  },
  "web.bad_request": {
    reaction: "malformed",
    message: "This request cannot be understood.",
    cure: "Mend what is named and send it again.",
  },
  "web.unknown_instance": {
    reaction: "refused",
    message: "There is no Bitbucket of this name here.",
    cure: "Begin at the start page.",
  },
  "web.sign_in_failed": {
    reaction: "refused",
    message: "Signing in has failed.",
    cure: "Try again, or take another way in.",
  },
  "web.sign_in_denied": {
    reaction: "refused",
    message: "The other side has not let you in.",
    cure: "Try again, or take another way in.",
  },
  "web.attempt_unknown": {
    reaction: "stale",
    message: "This attempt was not begun in this browser, was finished already, or was begun too long ago.",
    cure: "Begin again from the start page, and stay in one browser with cookies switched on.",
  },
  "web.unreachable_bitbucket": {
    reaction: "unreachable",
    message: "Bitbucket cannot be reached at the moment.",
    cure: "Nothing is lost: try again in a moment.",
  },
  "web.broken": {
    reaction: "unreachable",
    message: "Something went wrong on this server.",
    cure: "Try again. Whoever runs the server finds the reason in its log.",
  },
});
