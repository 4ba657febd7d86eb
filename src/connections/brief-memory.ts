/** Owns sparing the vault: calls in quick succession share one look into it. */
import type { Clock } from "../base/clock.ts";
import type { Secret } from "../base/secret.ts";
import type { Authorize } from "../bitbucket/api/authorize.ts";

/** Far below the time a token is renewed before its end, so that none is used past it. */
const memoryMilliseconds = 1_000;

/** The same hook, asked once a second at most; a rejected value goes to it at once and is forgotten. Not for headers that sign their call. */
export function rememberBriefly(authorize: Authorize, clock: Clock): Authorize {
  let known: { readonly header: Promise<Secret>; readonly until: number } | null = null;
  return (call) => {
    if (call.rejected !== undefined) {
      known = null;
      return authorize(call);
    }
    const now = clock.now().getTime();
    if (known !== null && now < known.until) return known.header;
    const header = authorize(call);
    const entry = { header, until: now + memoryMilliseconds };
    known = entry;
    header.catch(() => {
      if (known === entry) known = null;
    });
    return header;
  };
}
