/** Owns in what calls of the API differ between the products: what refusals mean, and which are worth a second try. */
import { isWindlassError, type WindlassError } from "../../base/errors.ts";
import { bitbucketErrors } from "../errors.ts";
import type { Product } from "../instance.ts";
import {
  dataCenterFailure,
  isPage,
  mayBeRepeated,
  type Sent,
  unreadableAnswer,
} from "./data-center-errors.ts";
import { type ApiAnswer, apiFailure } from "./errors.ts";

/** How a product refuses. */
export interface Dialect {
  /** The failure an answer other than a success stands for. */
  failure(answer: ApiAnswer, sent: Sent): WindlassError;
  /** The failure of a success that is no JSON. */
  unreadable(answer: ApiAnswer): WindlassError;
  /** Whether a 401 is worth a second try with a better credential. */
  mayBeRepeated(answer: ApiAnswer): boolean;
  /** Whether text was asked for and a page for people came. */
  isPage(answer: ApiAnswer): boolean;
  /** What to throw in place of the door's failure. */
  translate(error: unknown): unknown;
}

const cloud: Dialect = {
  failure: (answer, { clock, secrets }) => apiFailure(answer, clock, secrets),
  unreadable: ({ path, status }) =>
    bitbucketErrors.fail("bitbucket.malformed_answer", { detail: `${path}: ${status} without JSON` }),
  mayBeRepeated: () => true,
  isPage: () => false,
  translate: (error) => error,
};

const selfHosted: Dialect = {
  failure: dataCenterFailure,
  unreadable: unreadableAnswer,
  mayBeRepeated,
  isPage,
  translate: fromDoor,
};

export function dialectOf(product: Product): Dialect {
  return product === "cloud" ? cloud : selfHosted;
}

/** A self-hosted Bitbucket redirects to its login page, or to the address it takes for its own. */
export function fromDoor(error: unknown): unknown {
  if (!isWindlassError(error, "http.redirected")) return error;
  return bitbucketErrors.fail("bitbucket.login_page", { detail: error.detail ?? "redirected", cause: error });
}
