/** Owns the two cookies: which names and attributes they bear, and how they are read back. */
import { isLoopback } from "../base/http/loopback.ts";
import { sessionErrors } from "./errors.ts";

/** `session` holds the session token; `browser` binds trips to Bitbucket to the browser that began them. */
export type CookieKind = "session" | "browser";

export interface CookieOptions {
  /** The address people see. */
  readonly baseUrl: string;
  /** Safari takes no `Secure` cookie over http: plain names and no `Secure` there. No effect on https. */
  readonly plainCookiesOnLoopback?: boolean | undefined;
}

export interface Cookies {
  readonly names: Readonly<Record<CookieKind, string>>;
  /** A `Set-Cookie` value; without `maxAgeSeconds` the browser forgets the cookie when it is closed. */
  serialize(kind: CookieKind, value: string, maxAgeSeconds?: number): string;
  /** The `Set-Cookie` value that removes it. */
  clear(kind: CookieKind): string;
  /** Reads a `Cookie` header. Null when it is not there, is there twice, or could not be one of ours. */
  read(kind: CookieKind, header: string | null | undefined): string | null;
}

/** Two tokens of ours joined by a dot fit in; nothing longer was ever set here. */
const valueShape = /^[\w.-]{1,128}$/;

/**
 * The `__Host-` prefix keeps every other host, also a sibling domain, from setting them; Chromium and Firefox take it on
 * http loopback too. Lax, so that the return from Bitbucket brings them along and no foreign form does.
 * Throws `sessions.insecure_origin` for http anywhere else.
 * @see https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html section 4.1.3.2
 */
export function createCookies({ baseUrl, plainCookiesOnLoopback = false }: CookieOptions): Cookies {
  const { protocol, hostname } = new URL(baseUrl);
  const plain = protocol !== "https:" && plainCookiesOnLoopback;
  if (protocol !== "https:" && !isLoopback(hostname)) {
    throw sessionErrors.fail("sessions.insecure_origin", { detail: baseUrl });
  }
  const prefix = plain ? "" : "__Host-";
  const attributes = `Path=/; HttpOnly; SameSite=Lax${plain ? "" : "; Secure"}`;
  const names = { session: `${prefix}windlass-session`, browser: `${prefix}windlass-browser` };
  const write = (kind: CookieKind, value: string, maxAge: string) =>
    `${names[kind]}=${value}; ${attributes}${maxAge}`;

  return {
    names,
    serialize(kind, value, maxAgeSeconds) {
      if (!valueShape.test(value)) throw new TypeError("a cookie's value has to be a token");
      return write(kind, value, maxAgeSeconds === undefined ? "" : `; Max-Age=${Math.floor(maxAgeSeconds)}`);
    },
    clear: (kind) => write(kind, "", "; Max-Age=0"),
    read(kind, header) {
      const [value, ...more] = valuesOf(header ?? "", names[kind]);
      return value !== undefined && more.length === 0 && valueShape.test(value) ? value : null;
    },
  };
}

/**
 * RFC 6265 section 4.2.1. A name that comes twice was planted by somebody once. Spaces and tabs alone stand around a pair: in front
 * of a name that is not ours, a byte that JavaScript takes for a space would make it look like ours.
 */
function valuesOf(header: string, name: string): string[] {
  return header
    .split(";")
    .map((pair) => pair.replace(/^[ \t]+|[ \t]+$/g, ""))
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}
