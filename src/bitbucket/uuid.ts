/** Owns the two spellings of a Bitbucket id: in braces on the wire, without them everywhere in the house. */
import { asText } from "./json.ts";

/** The id without braces, however many pairs it came in; null when nothing is left. */
export function withoutBraces(value: unknown): string | null {
  const text = asText(value) ?? "";
  return asText(text.trim().replace(/^\{+|\}+$/g, ""));
}
