/** Owns where a person may be sent after a trip to Bitbucket: a path of our own origin, or its start page. */

/** Longer ones were not made by our pages. */
const mostCharacters = 2_000;

/** Proxies and frameworks decode once or twice; what still changes after this many times is up to no good. */
const mostDecodings = 5;

/**
 * Gives `address` in its normal form when it is a path on the origin of `baseUrl`, otherwise `/`. To be asked when the
 * trip begins and again when its answer is used. Paths under `/auth/` and `/api/auth/` are not returned to: they sign in and out.
 * @see RFC 9700 section 4.11.1: no open redirector on the client
 */
export function checkReturnAddress(baseUrl: string, address: unknown): string {
  if (address === "/") return address;
  if (typeof address !== "string" || address.length > mostCharacters) return "/";
  if (!/^\/[\x21-\x7e]*$/.test(address)) return "/";
  const path = decodePath(address.split(/[?#]/)[0] ?? "");
  if (path === null || /\/\/|\\|[^\x20-\u{10ffff}]/u.test(path)) return "/";
  const { origin } = new URL(baseUrl);
  const url = URL.parse(address, origin);
  if (url === null || url.origin !== origin) return "/";
  const normal = url.pathname + url.search + url.hash;
  const again = URL.parse(normal, origin);
  if (again?.origin !== origin || !/^\/(?!\/)/.test(normal)) return "/";
  return /^(\/api)?\/auth(\/|$)/i.test(decodePath(url.pathname) ?? "/auth") ? "/" : normal;
}

/** Decoded until nothing changes any more; null when that fails or does not come to an end. */
function decodePath(path: string): string | null {
  let decoded = path;
  for (let round = 0; round < mostDecodings; round++) {
    const next = decodeOnce(decoded);
    if (next === null || next === decoded) return next;
    decoded = next;
  }
  return null;
}

function decodeOnce(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
