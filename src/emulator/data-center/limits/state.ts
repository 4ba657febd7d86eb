/** Owns what the rate limit remembers: the settings of the instance and of people, everybody's bucket, and who was refused. */

/** @see "Improving instance stability with rate limiting", Bitbucket Data Center documentation */
const usualBucket = { capacity: 60, fillRate: 5 } as const;

export interface BucketSettings {
  /** How many requests fit. */
  readonly capacity: number;
  /** How many come back in a second. */
  readonly fillRate: number;
}

/** What one person has instead of the instance's settings: a bucket of their own, or none. */
export interface UserLimit {
  /** Null beside `whitelisted`. */
  readonly settings: BucketSettings | null;
  /** Never limited. */
  readonly whitelisted: boolean;
}

export interface Bucket {
  /** Requests left, a part of one included. */
  left: number;
  /** When `left` was so. */
  at: Date;
}

export interface RateLimitState {
  /** Null: as the rule `limitsRequests` says; an administrator has not spoken yet. */
  enabled: boolean | null;
  defaults: BucketSettings;
  /** By the user's id. */
  readonly users: Map<number, UserLimit>;
  /** By the user's id, that of a token's service user included. */
  readonly buckets: Map<number, Bucket>;
  /** By the user's id, since the start. */
  readonly rejected: Map<number, { count: number; last: Date }>;
}

export function emptyRateLimit(): RateLimitState {
  return {
    enabled: null,
    defaults: usualBucket,
    users: new Map(),
    buckets: new Map(),
    rejected: new Map(),
  };
}
