/** Owns finding out whether Bitbucket takes our key and secret, without a person and without a token. */
import * as oauth from "oauth4webapi";
import { isWindlassError } from "../../base/errors.ts";
import { processTokenResponse, type TokenContext } from "./answer.ts";
import { authorizationServer, client, clientAuthentication, requestOptions } from "./server.ts";

const madeUpCode = "made-up-to-see-whether-the-secret-is-taken";

/**
 * Asks for tokens with a code nobody was given: refused for the code, the registration is in order; refused for the
 * registration, it is not. Null when the answer says neither, or there is none. Nothing is thrown.
 * @see RFC 6749 section 5.2
 */
export async function isRegistrationTaken(context: TokenContext): Promise<boolean | null> {
  const { instance, fetch, clock } = context;
  try {
    const sentAt = clock.now();
    const response = await oauth.genericTokenEndpointRequest(
      authorizationServer(instance),
      client(instance),
      clientAuthentication(instance),
      "authorization_code",
      new URLSearchParams({ code: madeUpCode }),
      requestOptions(instance, fetch),
    );
    await processTokenResponse(context, { grant: "authorization_code", response, sentAt, secrets: [] });
    return null;
  } catch (error) {
    if (isWindlassError(error, "bitbucket.code_refused")) return true;
    return isWindlassError(error, "bitbucket.credentials_refused") ? false : null;
  }
}
