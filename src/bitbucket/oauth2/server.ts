/** Owns how an instance looks to `oauth4webapi`: server, client, authentication and the door it calls through. */
import * as oauth from "oauth4webapi";
import { base64 } from "../../base/encoding.ts";
import type { Fetch } from "../../base/http/door.ts";
import { isLoopback } from "../../base/http/loopback.ts";
import { Secret } from "../../base/secret.ts";
import { dialectOf } from "../api/dialect.ts";
import { bitbucketErrors } from "../errors.ts";
import type { OAuth2Instance, OAuthClient } from "../instance.ts";

/** The instance as authorization server metadata; Bitbucket publishes none (RFC 8414), so these are ours. */
export function authorizationServer(instance: OAuth2Instance): oauth.AuthorizationServer {
  const { web, authorize, token } = instance.urls;
  const revocation = instance.product === "cloud" ? {} : { revocation_endpoint: instance.urls.revoke };
  return {
    issuer: new URL(web).origin,
    authorization_endpoint: authorize,
    token_endpoint: token,
    ...revocation,
  };
}

/**
 * Our registration at the instance.
 * Throws `bitbucket.configuration` where there is none: a Data Center people only bring HTTP access tokens of.
 */
export function registration(instance: OAuth2Instance): OAuthClient {
  if (instance.client !== null) return instance.client;
  throw bitbucketErrors.fail("bitbucket.configuration", {
    message:
      "No incoming link (client id and secret) is set up for this Bitbucket, so nobody can grant access there.",
    data: { problems: ["clientId is missing", "clientSecret is missing"] },
  });
}

export function client(instance: OAuth2Instance): oauth.Client {
  return { client_id: registration(instance).clientId };
}

/**
 * How the client proves itself at the token endpoint. Cloud documents HTTP Basic; Data Center reads the body alone and takes
 * Basic for a person's name and password, which counts towards its CAPTCHA.
 */
export function clientAuthentication(instance: OAuth2Instance): oauth.ClientAuth {
  const { clientId, clientSecret } = registration(instance);
  if (instance.product === "cloud") return rawBasic(instance);
  return (_server, _client, body) => {
    body.set("client_id", clientId);
    body.set("client_secret", clientSecret.reveal());
  };
}

/**
 * HTTP Basic from the raw `key:secret` (RFC 7617), as Bitbucket documents it with curl. RFC 6749 section 2.3.1 wants both
 * form-encoded first, and the library's own does so even for `-`, `_` and `.`; whether Bitbucket decodes that is unproven.
 */
function rawBasic(instance: OAuth2Instance): oauth.ClientAuth {
  return (_server, _client, _body, headers) => {
    headers.set("authorization", `Basic ${basicCredentials(instance).reveal()}`);
  };
}

/** Key and secret as they stand in the header: as much of a secret as the secret itself. */
export function basicCredentials(instance: OAuth2Instance): Secret {
  const { clientId, clientSecret } = registration(instance);
  return new Secret(base64(`${clientId}:${clientSecret.reveal()}`));
}

/** Tokens, or a page that says why not. */
const mostTokenBytes = 1024 * 1024;

/** The library's requests go through our door, and over plain http only on this machine. */
export function requestOptions(instance: OAuth2Instance, fetch: Fetch): oauth.TokenEndpointRequestOptions {
  const { ca, isConfigured } = instance;
  return {
    headers: { "user-agent": "windlass" },
    [oauth.customFetch]: async (url, { method, headers, body }) => {
      try {
        const request = { method, headers, body, ca, isConfigured, maxBytes: mostTokenBytes };
        // The library hands on what it is given, and we read no more of it than an answer has.
        return (await fetch(url, request)) as Response;
      } catch (error) {
        throw dialectOf(instance.product).translate(error);
      }
    },
    [oauth.allowInsecureRequests]: isLoopback(new URL(instance.urls.token).hostname),
  };
}
