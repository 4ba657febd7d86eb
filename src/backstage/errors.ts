/** The failures of resolvers that were written for Backstage. */
import { defineErrors } from "../base/errors.ts";

export const backstageErrors = defineErrors({
  "backstage.no_token": {
    reaction: "configuration",
    message: "A sign-in resolver asked for a token of Bitbucket, and none is handed to it.",
    cure: "Decide by result.fullProfile; who may enter by workspace or repository is what rules are for.",
  },
  "backstage.query_unusable": {
    reaction: "configuration",
    message: "A sign-in resolver asked the catalog for a user without saying which one.",
    cure: "Give entityRef, annotations or filter, and look first whether the value is there: an address or a user name may be missing.",
  },
  "backstage.claims_unusable": {
    reaction: "configuration",
    message:
      "A sign-in resolver issued a token for what is no user, or with groups the catalog does not say.",
    cure: "Give issueToken({ claims: { sub } }) a whole reference such as user:default/john; leave ent out, or take what getDefaultOwnershipEntityRefs gives.",
  },
  "backstage.foreign_token": {
    reaction: "configuration",
    message: "A sign-in resolver returned a token that was not issued for this sign-in.",
    cure: "Return what signInWithCatalogUser or issueToken gave to this call, not one that was kept or made elsewhere.",
  },
});

/** No user fits, by the name it has in Backstage. A resolver may catch it and look elsewhere. */
export class NotFoundError extends Error {
  override readonly name = "NotFoundError";
}

/** Several users fit, by the name it has in Backstage. Nobody is signed in on a guess. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
}
