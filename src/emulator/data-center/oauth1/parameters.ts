/** Owns reading the parameters of a signed request: Authorization header, query and form body (RFC 5849 section 3.4.1.3). */

export type Parameter = readonly [name: string, value: string];

/** A request as a signature covers it. */
export interface SignedRequest {
  readonly method: string;
  /** As the server sees it; the query does not count. */
  readonly url: URL;
  /** All of them, decoded, in no order; without `realm`. */
  readonly parameters: readonly Parameter[];
}

/** The parameters of header, query and form together. `form` is empty unless the body is one. */
export function allParameters(
  authorization: string | undefined,
  query: URLSearchParams,
  form: URLSearchParams,
): readonly Parameter[] {
  return [...headerParameters(authorization), ...query, ...form];
}

/** What `Authorization: OAuth …` carries, `realm` left out; empty for another scheme. */
function headerParameters(header: string | undefined): readonly Parameter[] {
  const list = /^\s*OAuth\s+(.*)$/is.exec(header ?? "")?.[1];
  if (list === undefined) return [];
  return [...list.matchAll(/([^\s=,"]+)\s*=\s*"([^"]*)"/g)]
    .map(([, name = "", value = ""]): Parameter => [percentDecoded(name), percentDecoded(value)])
    .filter(([name]) => name.toLowerCase() !== "realm");
}

/** The value of a parameter, or undefined; of two, the first. */
export function parameter(request: Pick<SignedRequest, "parameters">, name: string): string | undefined {
  return request.parameters.find(([given]) => given === name)?.[1];
}

/** The first `oauth_*` parameter that was sent twice, or undefined. */
export function doubledParameter(request: Pick<SignedRequest, "parameters">): string | undefined {
  const names = request.parameters.map(([name]) => name).filter((name) => name.startsWith("oauth_"));
  return names.find((name, position) => names.indexOf(name) !== position);
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
