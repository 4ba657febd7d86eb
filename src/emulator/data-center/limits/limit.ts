/** Owns the rate limit: a bucket for each user, by the emulator's clock, for requests with Basic or Bearer only. */
import { dcError } from "../answers.ts";
import type { DcCaller } from "../caller.ts";
import { userBehind } from "../callers-user.ts";
import type { DataCenterContext } from "../context.ts";
import type { Bucket, BucketSettings } from "./state.ts";

/** What the limit says of one request; null: it has no say in it. */
interface Judged {
  readonly isRefused: boolean;
  readonly settings: BucketSettings;
  /** Whole requests left. */
  readonly left: number;
  /** Until the next request fits. */
  readonly retryAfterSeconds: number;
}

/** Takes one request out of the caller's bucket. Server has no rate limit. */
export function takeRequest(
  context: DataCenterContext,
  caller: DcCaller,
  authorization: string | undefined,
): Judged | null {
  const { rateLimit } = context.world;
  const isOn = context.product === "dataCenter" && (rateLimit.enabled ?? context.rules.limitsRequests);
  if (!isOn || !/^(basic|bearer)\s/i.test(authorization ?? "")) return null;
  const id = userBehind(context.world, caller)?.id ?? null;
  const own = id === null ? undefined : rateLimit.users.get(id);
  if (id === null || own?.whitelisted === true) return null;
  const settings = own?.settings ?? rateLimit.defaults;
  const bucket = filled(context, id, settings);
  const isRefused = bucket.left < 1;
  if (isRefused) countRejection(context, id);
  else bucket.left -= 1;
  const missing = Math.max(0, 1 - bucket.left);
  return {
    isRefused,
    settings,
    left: Math.floor(bucket.left),
    retryAfterSeconds: Math.max(1, Math.ceil(missing / settings.fillRate)),
  };
}

/** The bucket with what has run into it since the last request. */
function filled(
  { world, clock }: DataCenterContext,
  id: number,
  { capacity, fillRate }: BucketSettings,
): Bucket {
  const { buckets } = world.rateLimit;
  const now = clock.now();
  const bucket = buckets.get(id) ?? { left: capacity, at: now };
  const seconds = Math.max(0, (now.getTime() - bucket.at.getTime()) / 1000);
  bucket.left = Math.min(capacity, bucket.left + seconds * fillRate);
  bucket.at = now;
  buckets.set(id, bucket);
  return bucket;
}

function countRejection({ world, clock }: DataCenterContext, id: number): void {
  const { rejected } = world.rateLimit;
  rejected.set(id, { count: (rejected.get(id)?.count ?? 0) + 1, last: clock.now() });
}

/** @see "Improving instance stability with rate limiting", Bitbucket Data Center documentation */
export function tooManyRequests({ rules }: DataCenterContext, { retryAfterSeconds }: Judged): Response {
  const answer = dcError(429, "ratelimit.RateLimitExceededException", "Rate limit exceeded");
  if (rules.limitRetryAfter) answer.headers.set("Retry-After", String(retryAfterSeconds));
  return answer;
}

/** As Jira and Confluence have them, where the rule says that Bitbucket does too. */
export function limitHeaders({ rules }: DataCenterContext, judged: Judged): Readonly<Record<string, string>> {
  if (!rules.limitHeaders) return {};
  return {
    "X-RateLimit-Limit": String(judged.settings.capacity),
    "X-RateLimit-Remaining": String(judged.left),
    "X-RateLimit-Interval-Seconds": "1",
    "X-RateLimit-FillRate": String(judged.settings.fillRate),
    "Retry-After": String(judged.isRefused ? judged.retryAfterSeconds : 0),
  };
}
