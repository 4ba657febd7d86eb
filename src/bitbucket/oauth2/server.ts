/** Owns how an instance looks to `oauth4webapi`: server, client, authentication and the door it calls through. */
import * as oauth from "oauth4webapi";
import { base64 } from "../../base/encoding.ts";
import { asResponse, type Fetch } from "../../base/http/door.ts";
import { isLoopback } from "../../base/http/loopback.ts";
import { Secret } from "../../base/secret.ts";
import type { Instance } from "../instance.ts";

/** The instance as authorization server metadata; Bitbucket publishes none (RFC 8414), so these are ours. */
export function authorizationServer(instance: Instance): oauth.AuthorizationServer {
  const { web, authorize, token } = instance.urls;
  return { issuer: new URL(web).origin, authorization_endpoint: authorize, token_endpoint: token };
}

export function client(instance: Instance): oauth.Client {
  return { client_id: instance.clientId };
}

/**
 * HTTP Basic from the raw `key:secret` (RFC 7617), as Bitbucket documents it with curl. RFC 6749 section 2.3.1 wants both
 * form-encoded first, and the library's own does so even for `-`, `_` and `.`; whether Bitbucket decodes that is unproven.
 */
export function rawBasic(instance: Instance): oauth.ClientAuth {
  return (_server, _client, _body, headers) => {
    headers.set("authorization", `Basic ${basicCredentials(instance).reveal()}`);
  };
}

/** Key and secret as they stand in the header: as much of a secret as the secret itself. */
export function basicCredentials({ clientId, clientSecret }: Instance): Secret {
  return new Secret(base64(`${clientId}:${clientSecret.reveal()}`));
}

/** The library's requests go through our door, and over plain http only on this machine. */
export function requestOptions(instance: Instance, fetch: Fetch): oauth.TokenEndpointRequestOptions {
  return {
    headers: { "user-agent": "windlass" },
    [oauth.customFetch]: async (url, { method, headers, body }) =>
      asResponse(await fetch(url, { method, headers, body })),
    [oauth.allowInsecureRequests]: isLoopback(new URL(instance.urls.token).hostname),
  };
}
