/** Owns the spelling of a Bitbucket id: in braces on the wire, without them and in lower case everywhere in the house. */
import { asText } from "./json.ts";

/** How nearly all of them come; thousands are read with a history. */
const usual = /^\{[0-9a-f-]{36}\}$/;

/**
 * The id without braces, however many pairs it came in; null when nothing is left. Upper and lower case are one id.
 * @see RFC 9562 section 4: read in any case, written in lower case
 */
export function withoutBraces(value: unknown): string | null {
  if (typeof value === "string" && usual.test(value)) return value.slice(1, -1);
  const text = asText(value) ?? "";
  return asText(text.trim().replace(/^\{+|\}+$/g, ""))?.toLowerCase() ?? null;
}
