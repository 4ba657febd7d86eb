/** Owns what failures of OAuth 2 are called where the registration is no OAuth consumer but an incoming link. */
import type { FailureDetails } from "../../base/errors.ts";
import type { bitbucketErrors } from "../errors.ts";
import type { Product } from "../instance.ts";

type Code = keyof typeof bitbucketErrors.entries;
type Words = Pick<FailureDetails, "message" | "cure">;

const link = "the incoming link (Bitbucket: Administration → Application links)";

const dataCenterWords: Partial<Record<Code, Words>> = {
  "bitbucket.denied": { cure: "Begin again and choose “Allow” at Bitbucket." },
  "bitbucket.authorization_failed": {
    cure: `Check redirect URL and permissions of ${link}, then begin again.`,
  },
  "bitbucket.scope_refused": {
    message: "A permission was asked for that the incoming link does not have.",
    cure: `Tick the permission on ${link}, or ask for less.`,
  },
  "bitbucket.credentials_refused": {
    message: "Bitbucket does not know this client id and secret.",
    cure: `Copy client id and client secret of ${link} again, both whole.`,
  },
  "bitbucket.token_refused": {
    cure: `Begin again; if it happens again, check ${link}.`,
  },
};

/** What to say in place of the catalogue's words; nothing where those fit. */
export function wordsFor(product: Product, code: Code): Words {
  return product === "cloud" ? {} : (dataCenterWords[code] ?? {});
}
