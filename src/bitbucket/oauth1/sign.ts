/** Owns the signature of a request: RSA-SHA1, in an `Authorization: OAuth` header (RFC 5849 sections 3.4.3 and 3.5.1). */
import { Secret } from "../../base/secret.ts";
import { type Parameter, percentEncode, signatureBaseString } from "./base-string.ts";
import { signRsaSha1 } from "./signing-key.ts";

/** The protocol parameters a call may bring beside those every request has. */
export interface OAuth1Parameters {
  readonly oauth_token?: string | undefined;
  readonly oauth_callback?: string | undefined;
  readonly oauth_verifier?: string | undefined;
  readonly oauth_session_handle?: string | undefined;
}

/** A request to be signed with RSA-SHA1 (RFC 5849 section 3.4.3). */
export interface SignRequest {
  /** Of the application link's incoming authentication. */
  readonly consumerKey: string;
  /** RSA, in PEM. The same `Secret` again is not read again. */
  readonly privateKey: Secret;
  readonly method: string;
  /** Exactly as it will be sent, query included. */
  readonly url: URL;
  readonly parameters?: OAuth1Parameters | undefined;
  /** Those of an `application/x-www-form-urlencoded` body. Any other body is not signed. */
  readonly form?: URLSearchParams | undefined;
  /** Whole seconds since 1970. */
  readonly timestamp: number;
  /** Used once with this timestamp, key and token. */
  readonly nonce: string;
}

/**
 * The `Authorization` header's value for one request; it holds the token.
 * Throws `bitbucket.oauth1_key_unusable`.
 * @see RFC 5849 sections 3.1, 3.4.3 and 3.5.1
 */
export async function signRequest(request: SignRequest): Promise<Secret> {
  const { privateKey, method, url, form = new URLSearchParams() } = request;
  const own = protocolParameters(request);
  const base = signatureBaseString({ method, url, parameters: [...form, ...own] });
  const signature = await signRsaSha1(privateKey, base);
  const pairs = [...own, ["oauth_signature", signature] as const];
  return new Secret(`OAuth ${pairs.map(headerParameter).join(", ")}`);
}

function protocolParameters({ consumerKey, parameters = {}, timestamp, nonce }: SignRequest): Parameter[] {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return [
    ["oauth_consumer_key", consumerKey],
    ...given,
    ["oauth_signature_method", "RSA-SHA1"],
    ["oauth_timestamp", String(timestamp)],
    ["oauth_nonce", nonce],
    ["oauth_version", "1.0"],
  ];
}

function headerParameter([name, value]: Parameter): string {
  return `${percentEncode(name)}="${percentEncode(value)}"`;
}

/** What a signed header holds that is not to be quoted: token, verifier, session handle and the signature. */
export function secretsInHeader(header: Secret): readonly Secret[] {
  const secret = /oauth_(?:token|verifier|session_handle|signature)="([^"]+)"/g;
  return [...header.reveal().matchAll(secret)].map(([, value = ""]) => new Secret(decodeURIComponent(value)));
}
