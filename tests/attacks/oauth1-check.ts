/** Owns checking a signature as a Bitbucket Server would: RFC 5849 written once more, apart from ours. */
import { createVerify } from "node:crypto";
import type { Asked } from "./upstream.ts";

type Pair = readonly [string, string];

/** The parameters of the `Authorization` header, decoded. */
export function readOAuthHeader({ headers }: Pick<Asked, "headers">): Map<string, string> {
  const found = (headers.authorization ?? "").matchAll(/(\w+)="([^"]*)"/g);
  return new Map(
    [...found].map(([, name = "", value = ""]) => [decodeURIComponent(name), decodeURIComponent(value)]),
  );
}

/** Whether this key signed the request as it came. */
export function isSignedBy(asked: Asked, publicKey: string): boolean {
  const header = readOAuthHeader(asked);
  const signature = header.get("oauth_signature") ?? "";
  const parameters = [...asked.form, ...header].filter(([name]) => name !== "oauth_signature");
  const verify = createVerify("RSA-SHA1").update(baseString(asked.method, asked.url, parameters));
  return verify.verify(publicKey, signature, "base64");
}

/** @see RFC 5849 section 3.4.1 */
export function baseString(method: string, url: URL, parameters: readonly Pair[]): string {
  const pairs = [...query(url), ...parameters].map(
    ([name, value]) => `${encode(name)}\u0000${encode(value)}`,
  );
  const sorted = pairs.sort().map((pair) => pair.replace("\u0000", "="));
  return [method.toUpperCase(), url.origin + url.pathname, sorted.join("&")].map(encode).join("&");
}

function query({ search }: URL): Pair[] {
  const parts = search.slice(1).split("&").filter(Boolean);
  return parts.map((part) => {
    const [name = "", value = ""] = part.replaceAll("+", " ").split(/=(.*)/s).map(decodeURIComponent);
    return [name, value];
  });
}

/** Section 3.6. */
function encode(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const sign = String.fromCharCode(byte);
      return /[A-Za-z0-9\-._~]/.test(sign) ? sign : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}
