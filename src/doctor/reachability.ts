/** Owns the quick question whether an instance answers at all, asked before a person is sent there. */
import type { Clock } from "../base/clock.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Fetch } from "../base/http/door.ts";
import type { Instance } from "../bitbucket/instance.ts";

/** An answer holds this long, so that a busy sign-in page does not become a load on Bitbucket. */
const rememberedSeconds = 3;
const patienceMilliseconds = 3_000;

export interface ReachabilityParts {
  readonly instances: ReadonlyMap<string, Instance>;
  readonly fetch: Fetch;
  readonly clock: Clock;
}

/** Gives a question: whether the instance answered, whatever it said, within three seconds. Never throws. */
export function createReachability({
  instances,
  fetch,
  clock,
}: ReachabilityParts): (instanceId: string) => Promise<boolean> {
  const known = new Map<string, { readonly asked: number; readonly answer: Promise<boolean> }>();

  return (instanceId) => {
    const instance = instances.get(instanceId);
    if (instance === undefined) return Promise.resolve(false);
    const now = clock.now().getTime();
    const last = known.get(instanceId);
    if (last !== undefined && now - last.asked < rememberedSeconds * 1000) return last.answer;
    const answer = answers(fetch, instance.urls.authorize);
    known.set(instanceId, { asked: now, answer });
    // A "no" is not remembered: the person who tries again is to be let through as soon as Bitbucket is back.
    void answer.then((reached) => reached || known.delete(instanceId));
    return answer;
  };
}

async function answers(fetch: Fetch, url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(patienceMilliseconds) });
    return true;
  } catch (error) {
    return isWindlassError(error, "http.redirected") || isWindlassError(error, "http.too_large");
  }
}
