/** Owns the quick question whether an instance answers at all, asked before a person is sent there. */
import type { Clock } from "../base/clock.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Fetch } from "../base/http/door.ts";
import type { FindInstance } from "../bitbucket/instance.ts";

/** An answer holds this long, so that a busy sign-in page does not become a load on Bitbucket. */
const rememberedSeconds = 3;
const patienceMilliseconds = 3_000;

export interface ReachabilityParts {
  readonly instances: FindInstance;
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
    const now = clock.now().getTime();
    const last = known.get(instanceId);
    if (last !== undefined && now - last.asked < rememberedSeconds * 1000) return last.answer;
    const answer = answers({ instances, fetch }, instanceId);
    known.set(instanceId, { asked: now, answer });
    // A "no" is not remembered: the person who tries again is to be let through as soon as Bitbucket is back.
    void answer.then((reached) => reached || known.delete(instanceId));
    return answer;
  };
}

async function answers(
  { instances, fetch }: Pick<ReachabilityParts, "instances" | "fetch">,
  id: string,
): Promise<boolean> {
  try {
    const { urls, ca, isConfigured } = await instances(id);
    const signal = AbortSignal.timeout(patienceMilliseconds);
    await fetch(urls.authorize, { signal, ca, isConfigured });
    return true;
  } catch (error) {
    return isWindlassError(error, "http.redirected") || isWindlassError(error, "http.too_large");
  }
}
