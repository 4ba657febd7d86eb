/** Owns quoting what another server said: short, on one line, and without the secrets we sent it. */
import type { Secret } from "../base/secret.ts";

const longest = 300;

/** Bitbucket's own have 18 characters at least; blotting out shorter ones would only garble ordinary words. */
const shortestSecret = 6;

/** White space, control and format characters, bidirectional overrides and halves of surrogate pairs. */
const unprintable = /[\s\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/**
 * The text fit for a message or a log line, at most 300 characters.
 * `secrets` are what went out with the request: a server that echoes one does not get it into a log.
 */
export function quoteForeign(text: string, secrets: readonly (Secret | null)[] = []): string {
  let safe = text;
  for (const secret of secrets) {
    const value = secret?.reveal() ?? "";
    if (value.length < shortestSecret) continue;
    const encoded = encodeURIComponent(value.toWellFormed());
    safe = safe.replaceAll(value, "[secret]").replaceAll(encoded, "[secret]");
  }
  safe = safe.replace(unprintable, " ").trim();
  return safe.length > longest ? `${safe.slice(0, longest).toWellFormed()}…` : safe;
}
