/** Owns signing OAuth 1 requests by hand with RSA-SHA1, for the tests of the provider: neither its code nor the client's. */
import { createSign, randomUUID } from "node:crypto";

export type Parameters = Readonly<Record<string, string>>;

export interface Signing {
  readonly key: string;
  readonly privateKey: string;
  readonly method?: string;
  readonly url: string;
  /** Beside the usual ones; an empty value is sent, `undefined` takes a usual one away. */
  readonly oauth?: Readonly<Record<string, string | undefined>>;
  /** Form fields; they count for the signature. */
  readonly form?: Parameters;
  /** By the server's clock. */
  readonly now?: Date;
}

const enc = (text: string) =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** The value of the Authorization header. */
export function signed({
  key,
  privateKey,
  method = "POST",
  url,
  oauth = {},
  form = {},
  now,
}: Signing): string {
  const given: Record<string, string | undefined> = {
    oauth_consumer_key: key,
    oauth_nonce: randomUUID(),
    oauth_signature_method: "RSA-SHA1",
    oauth_timestamp: String(Math.floor((now ?? new Date()).getTime() / 1000)),
    oauth_version: "1.0",
    ...oauth,
  };
  const header = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const target = new URL(url);
  const pairs = [...header, ...target.searchParams, ...Object.entries(form)]
    .map(([name, value]) => `${enc(name)}=${enc(value)}`)
    .sort();
  const base = [method, `${target.origin}${target.pathname}`, pairs.join("&")].map(enc).join("&");
  const signature = createSign("sha1").update(base).sign(privateKey, "base64");
  return `OAuth ${[...header, ["oauth_signature", signature] as const]
    .map(([name, value]) => `${enc(name)}="${enc(value)}"`)
    .join(", ")}`;
}

/** Sends a signed request; a form goes in the body. */
export function send(signing: Signing): Promise<Response> {
  const { method = "POST", url, form } = signing;
  return fetch(url, {
    method,
    headers: { authorization: signed(signing) },
    redirect: "manual",
    ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
  });
}
