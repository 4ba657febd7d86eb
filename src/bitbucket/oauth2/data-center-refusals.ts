/** Owns what Data Center answers at its OAuth 2 endpoints in other words than OAuth's own: `errors`, pages, nothing. */
import type { FailureDetails, WindlassError } from "../../base/errors.ts";
import type { Secret } from "../../base/secret.ts";
import { isCaptcha, readDataCenterErrors } from "../api/data-center-errors.ts";
import { bitbucketErrors } from "../errors.ts";

/** An answer, read whole. */
export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * The failure, or null when the answer speaks OAuth. A 401 with `errors` comes from Bitbucket's login: something on the way made
 * HTTP Basic of the client's id and secret, which Bitbucket takes for a person's name and password.
 */
export function dataCenterTokenRefusal(received: Received, secrets: readonly Secret[]): WindlassError | null {
  const { status } = received;
  const [error] = readDataCenterErrors(received.text, secrets);
  const details: FailureDetails = {
    detail: `token endpoint: ${status} ${error?.message ?? "no message"}`,
    data: { status, said: error?.message ?? null, exception: error?.exception ?? null },
  };
  if (isCaptcha(received)) return bitbucketErrors.fail("bitbucket.captcha", details);
  if (status === 404) return bitbucketErrors.fail("bitbucket.oauth2_not_offered", details);
  if (status !== 401 || error === undefined) return null;
  return bitbucketErrors.fail("bitbucket.credentials_refused", {
    ...details,
    message: "Bitbucket took the client id and secret for a person's login.",
    cure: "Let a proxy between here and Bitbucket add no Authorization header to requests for tokens.",
  });
}
