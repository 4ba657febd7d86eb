/** Owns what is signed: the signature base string of a request (RFC 5849 section 3.4.1). */

/** A name and its value, neither encoded. Names may repeat. */
export type Parameter = readonly [name: string, value: string];

/** A request as the server will see it. */
export interface SignedRequest {
  readonly method: string;
  /** Its query is part of what is signed. */
  readonly url: URL;
  /** Those of the header without `realm` and `oauth_signature`, and those of a form body. */
  readonly parameters: readonly Parameter[];
}

/** RFC 5849 section 3.6: everything but letters, digits, `-`, `.`, `_` and `~`, as UTF-8, in upper-case hex. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Method, address and parameters in one line. @see RFC 5849 section 3.4.1.1 */
export function signatureBaseString({ method, url, parameters }: SignedRequest): string {
  const all = [...url.searchParams, ...parameters];
  return [method.toUpperCase(), baseStringUri(url), normalizedParameters(all)].map(percentEncode).join("&");
}

/**
 * Scheme, host and port (80 and 443 left out for their own scheme) and path as it is sent. The platform has put scheme and
 * host into lower case and dropped those ports. @see RFC 5849 section 3.4.1.2
 */
export function baseStringUri(url: URL): string {
  return url.origin + url.pathname;
}

/** Encoded first, then sorted by name and by value, byte by byte. @see RFC 5849 section 3.4.1.3.2 */
export function normalizedParameters(parameters: readonly Parameter[]): string {
  return parameters
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .toSorted((left, right) => byBytes(left[0], right[0]) || byBytes(left[1], right[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** What is encoded is ASCII, so code units are bytes. A locale's order would not do. */
function byBytes(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
