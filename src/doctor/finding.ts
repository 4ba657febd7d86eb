/** Owns what a check finds, and what it is given to find it with. */
import type { Clock } from "../base/clock.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Fetch } from "../base/http/door.ts";
import type { Instance } from "../bitbucket/instance.ts";

export type Check =
  | "reachable"
  | "TLS"
  | "clock"
  | "base URL"
  | "version"
  | "OAuth"
  | "key and secret"
  | "client id and secret"
  | "application link"
  | "redirect URI"
  | "scopes"
  | "HTTP access tokens";

/** What one check found. `unknown` is said when Bitbucket does not let anyone find out from outside. */
export interface Finding {
  readonly check: Check;
  readonly verdict: "fine" | "problem" | "unknown";
  readonly sentence: string;
  readonly cure?: string;
}

export interface DoctorParts<Kind extends Instance = Instance> {
  readonly instance: Kind;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** The callback this server sends people back to. */
  readonly redirectUri: string;
  /** Every scope that is asked for, now or later. Default: the instance's own. */
  readonly scopes?: readonly string[];
}

export function fine(check: Check, sentence: string): Finding {
  return { check, verdict: "fine", sentence };
}

export function problem(check: Check, sentence: string, cure: string): Finding {
  return { check, verdict: "problem", sentence, cure };
}

export function unknown(check: Check, sentence: string, cure?: string): Finding {
  return { check, verdict: "unknown", sentence, ...(cure === undefined ? {} : { cure }) };
}

/** A check that breaks off in the middle found nothing out. */
export async function guarded(check: Check, finding: Promise<Finding>): Promise<Finding> {
  try {
    return await finding;
  } catch (error) {
    if (!isWindlassError(error)) throw error;
    const sentence = `Bitbucket's answer did not arrive (${error.detail ?? error.message}).`;
    return unknown(check, sentence, "Try again in a moment.");
  }
}
