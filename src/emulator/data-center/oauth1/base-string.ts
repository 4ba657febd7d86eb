/** Owns the signature base string (RFC 5849 section 3.4.1), written anew and shared with no client. */
import type { SignedRequest } from "./parameters.ts";

/** `METHOD&url&parameters`, each percent-encoded. */
export function baseString({ method, url, parameters }: SignedRequest): string {
  const pairs = parameters
    .filter(([name]) => name !== "oauth_signature")
    .map(([name, value]) => [percentEncoded(name), percentEncoded(value)] as const)
    .sort(([a, x], [b, y]) => order(a, b) || order(x, y));
  const normalized = pairs.map(([name, value]) => `${name}=${value}`).join("&");
  return [method.toUpperCase(), baseUrl(url), normalized].map(percentEncoded).join("&");
}

/** Scheme, host in lower case, port unless it is the scheme's own, path as it was sent (section 3.4.1.2). */
function baseUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** By code units: what is encoded is ASCII, so this is the order of bytes that section 3.4.1.3.2 asks for. */
function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** RFC 3986's encoding with upper-case hex: unreserved characters stay (RFC 5849 section 3.6). */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
