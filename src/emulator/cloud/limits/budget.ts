/** Owns counting calls: who has how many left, in which family of paths, by the emulator's clock. */
import type { EmulatorContext } from "../../core/context.ts";
import type { CallCount } from "../../core/world.ts";
import type { Caller } from "../caller.ts";

const hourMilliseconds = 3_600_000;

/** Which calls are counted together; null: not limited at all. */
export type Family = "anonymous" | "repositories" | "rawFiles" | "webhooks" | null;

/** What a caller has of one family. */
export interface Budget {
  readonly family: Family;
  readonly limit: number;
  /** Of this hour, the call that is being answered taken off. */
  readonly remaining: number;
  /** Until a call is free again, or until an anonymous hour begins anew. */
  readonly resetSeconds: number;
  readonly isExceeded: boolean;
}

const unlimited: Budget = { family: null, limit: 0, remaining: 0, resetSeconds: 0, isExceeded: false };

/**
 * Counts a call and says what is left. A call beyond the budget is not counted, so that a caller who keeps asking is
 * let in again an hour after the first one.
 */
export function spend(context: EmulatorContext, caller: Caller, path: string): Budget {
  const family = familyOf(caller, path);
  const limit = family === null ? 0 : limitOf(context, family);
  if (family === null || !isCounted(context, caller))
    return { ...unlimited, family, limit, remaining: limit };
  const now = context.clock.now().getTime();
  const key = `${family} ${whose(context, caller)}`;
  const count = counted(context.world.calls, key);
  expire(count, now, family);
  const isExceeded = count.at.length >= limit;
  if (!isExceeded) count.at.push(now);
  const first = count.at[0] ?? now;
  return {
    family,
    limit,
    remaining: Math.max(0, limit - count.at.length),
    resetSeconds: Math.ceil((first + hourMilliseconds - now) / 1000),
    isExceeded: isExceeded && context.rules.rateLimit !== "off",
  };
}

/** Anonymous calls are always counted, since their answers tell of it; others only where it matters. */
function isCounted({ rules }: EmulatorContext, caller: Caller): boolean {
  return caller.kind === "anonymous" || rules.rateLimit === "all";
}

function familyOf(caller: Caller, path: string): Family {
  if (caller.kind === "anonymous") return "anonymous";
  if (/^\/2\.0\/(repositories\/[^/]+\/[^/]+|workspaces\/[^/]+)\/hooks(\/|$)/.test(path)) return "webhooks";
  if (/^\/2\.0\/repositories\/[^/]+\/[^/]+\/src\/[^/]+\/.*[^/]$/.test(path)) return "rawFiles";
  return path.startsWith("/2.0/repositories/") ? "repositories" : null;
}

function limitOf({ rules }: EmulatorContext, family: Exclude<Family, null>): number {
  return {
    anonymous: rules.anonymousCallsPerHour,
    repositories: rules.repositoryCallsPerHour,
    rawFiles: rules.rawFilesPerHour,
    webhooks: rules.webhookCallsPerHour,
  }[family];
}

/** OAuth's calls are their consumer's, an access token's its own, those of API tokens and app passwords their owner's. */
function whose({ rules }: EmulatorContext, caller: Caller): string {
  if (caller.kind === "anonymous") return "";
  if (caller.kind === "access_token") return `token ${caller.token.id}`;
  if (caller.kind === "app_user") return `consumer ${caller.consumerKey}`;
  if (caller.consumerKey === null) return `person ${caller.person.uuid}`;
  const ofPerson = rules.rateLimitShare === "user" ? ` ${caller.person.uuid}` : "";
  return `consumer ${caller.consumerKey}${ofPerson}`;
}

function counted(calls: Map<string, CallCount>, key: string): CallCount {
  const known = calls.get(key);
  if (known !== undefined) return known;
  const made: CallCount = { at: [] };
  calls.set(key, made);
  return made;
}

/** The hour rolls: each call is forgotten after its own. Anonymous answers name one end for all, so they end together. */
function expire(count: CallCount, now: number, family: Family): void {
  const isOver = (at: number) => now >= at + hourMilliseconds;
  const first = count.at[0];
  if (first === undefined || !isOver(first)) return;
  const kept = family === "anonymous" ? [] : count.at.filter((at) => !isOver(at));
  count.at = kept;
}
