/** Owns what a case claims of an answer; each throws with what was seen when the attack got through. */
import assert from "node:assert/strict";
import type { Place } from "./place.ts";
import type { Target } from "./target.ts";
import type { Seen, Visitor } from "./visitor.ts";

/** A no of the server's own: 400 to 499, or not a word to a request that is too long to be read. */
export function isRefusal({ status }: Seen): boolean {
  return status === 0 || (status >= 400 && status < 500);
}

/** Leads anywhere but to the server itself and to its Bitbucket. */
export function leadsAway({ location }: Seen, { origin, bitbucket }: Target): boolean {
  return location !== null && location.origin !== origin && location.origin !== bitbucket;
}

/**
 * Refused: an answer of 400 to 499, or a redirect to a page of the server's own, and nobody is signed in. Somebody else's
 * server may answer with any status, and send people to Bitbucket to begin again.
 */
export async function claimRefused(visitor: Visitor, seen: Seen, what = ""): Promise<void> {
  const { isForeign } = visitor.target;
  const isOwnRedirect = seen.status >= 300 && seen.status < 400 && seen.location?.origin === seen.url.origin;
  const isNo = isForeign ? !leadsAway(seen, visitor.target) : isRefusal(seen) || isOwnRedirect;
  assert.ok(isNo, `${what} is answered with ${seen.status} ${seen.location ?? ""}`);
  await claimNobody(visitor, what);
}

/** No session came of it. */
export async function claimNobody(visitor: Visitor, what = ""): Promise<void> {
  assert.equal(await visitor.whoIsSignedIn(), null, `${what}: somebody is signed in`);
}

/** No Bitbucket was called by the server. */
export function claimNoCalls({ upstreams }: Pick<Place, "upstreams">, what = ""): void {
  for (const [name, upstream] of Object.entries(upstreams)) {
    const called = upstream.asked.filter(({ endpoint }) => endpoint !== "probe" && endpoint !== "authorize");
    const paths = called.map(({ method, url }) => `${method} ${url.pathname}`);
    assert.deepEqual(paths, [], `${what}: ${name} was called`);
  }
}

/**
 * A flow of the victim's that was begun before the attack still ends with the victim signed in. Of somebody else's server
 * it is asked that nobody else is: whoever has to begin again has lost nothing.
 */
export async function claimFlowAlive(visitor: Visitor, callback: URL, what = ""): Promise<void> {
  const seen = await visitor.ask(callback);
  const who = await visitor.whoIsSignedIn();
  const isWell = who === "victim" || (who === null && visitor.target.isForeign);
  assert.ok(isWell, `${what}: the victim's own sign-in ended with ${seen.status}, as ${who}`);
}

/** The answer holds none of these. */
export function claimWithout(seen: Seen, words: readonly string[], what = ""): void {
  const whole = `${JSON.stringify(seen.headers)}\n${seen.text}`;
  for (const word of words) assert.ok(!whole.includes(word), `${what}: the answer says ${word.slice(0, 60)}`);
}
