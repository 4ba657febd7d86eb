/** The failures of signing in, beside those of the handshake and of Bitbucket. */
import { defineErrors } from "../base/errors.ts";

export const signinErrors = defineErrors({
  "signin.not_a_person": {
    reaction: "refused",
    message: "This Bitbucket account is not a person's.",
    cure: "Sign in with your own account, not with an app's or a team's.",
  },
  "signin.no_resolver": {
    reaction: "configuration",
    message: "Nobody can sign in with this Bitbucket: no sign-in resolver is configured.",
    cure: "Whoever runs this server configures one, for example: signIn: { resolvers: [{ resolver: usernameMatchingUserEntityAnnotation }] }",
  },
  "signin.no_entity": {
    reaction: "refused",
    message: "Your Bitbucket account belongs to nobody who is known here.",
    cure: "Ask whoever runs this server to add you; if you have several Bitbucket accounts, sign in with the other one.",
  },
  "signin.catalog_unread": {
    reaction: "unreachable",
    message: "Who you are here stands in a catalog that cannot be read just now.",
    cure: "Try again in a moment; if it stays so, tell whoever runs this server: its log says what is the matter.",
  },
  "signin.resolver_failed": {
    reaction: "configuration",
    message: "Who you are here could not be found out: a sign-in resolver of this server is broken.",
    cure: "Tell whoever runs this server: its log says which resolver, and what it threw.",
  },
  "signin.no_rule": {
    reaction: "refused",
    message: "None of the rules of who may come in here is met by your Bitbucket account.",
    cure: "Ask whoever administers it at Bitbucket, then sign in again; or sign in with another account.",
  },
  "signin.rules_unanswered": {
    reaction: "unreachable",
    message: "Whether you may come in has to be asked at Bitbucket, which gave no answer.",
    cure: "Try again in a moment.",
  },
  "signin.rules_unaskable": {
    reaction: "configuration",
    message: "Whether you may come in has to be asked at Bitbucket, which refuses the question itself.",
    cure: "Whoever runs this server finds in its log what is missing, most often a permission of the OAuth consumer.",
  },
  "signin.nothing_to_judge_by": {
    reaction: "stale",
    message: "There are rules of who may come in here since you signed in.",
    cure: "Sign in again.",
  },
  "signin.not_pinned": {
    reaction: "refused",
    message: "No such place is pinned.",
    cure: "See windlass rules list: instance, kind and place are written as it shows them.",
  },
  "signin.linked_elsewhere": {
    reaction: "refused",
    message: "This Bitbucket account is another user's here, so it cannot be linked.",
    cure: "If it is yours, sign in with it. If you meant another account, change to that one at Bitbucket, then link again.",
  },
  "signin.other_entity": {
    reaction: "refused",
    message:
      "This Bitbucket account belongs to another user who is known here than the one you are signed in as.",
    cure: "Link an account of your own, or ask whoever runs this server to say that both are yours.",
  },
  "signin.session_ended": {
    reaction: "stale",
    message: "You were signed out while Bitbucket was asked, so nothing was linked.",
    cure: "Sign in, then link the account again.",
  },
  "signin.not_linked": {
    reaction: "refused",
    message: "No such Bitbucket account is linked to you.",
    cure: "Open your account page: it shows those that are.",
  },
  "signin.last_way_in": {
    reaction: "refused",
    message: "This is the only Bitbucket account you can sign in with, so it stays linked.",
    cure: "Link another one first.",
  },
  "signin.several_entities": {
    reaction: "refused",
    message:
      "Your Bitbucket account belongs to more than one user who is known here, and nobody is signed in on a guess.",
    cure: "Ask whoever runs this server to say which one you are.",
  },
});
