/** Owns which addresses may become a link: a foreign one can hold `javascript:` and worse. */

/**
 * The address if it is safe in `href`: http(s), or a path of our own. Otherwise `null`, so that the caller shows text.
 * Tabs and line breaks, which browsers drop while reading a scheme, are refused with everything unusual.
 */
export function safeHref(address: string | null | undefined): string | null {
  if (address === null || address === undefined || /[\p{Cc}\s\\]/u.test(address)) return null;
  if (/^https?:\/\/[^/]/i.test(address)) return address;
  return /^\/(?!\/)/.test(address) || address === "/" ? address : null;
}
