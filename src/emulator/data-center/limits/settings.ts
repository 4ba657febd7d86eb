/** Owns reading the settings of the rate limit out of a body. */
import { badParameter } from "../errors.ts";
import type { JsonObject } from "../json-body.ts";
import type { BucketSettings, UserLimit } from "./state.ts";

/** Both numbers, or null where one is none. */
function bucketOf(value: unknown): BucketSettings | null {
  const sent: { readonly capacity?: unknown; readonly fillRate?: unknown } =
    typeof value === "object" && value !== null ? value : {};
  const { capacity, fillRate } = sent;
  return isPositive(capacity) && isPositive(fillRate) ? { capacity, fillRate } : null;
}

function isPositive(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}

const bothNumbers = "capacity and fillRate must be positive integers, both of them.";

/** What is changed of the instance's settings; at least one of the two has to be there. */
export function instanceChange(
  body: JsonObject,
): { readonly enabled?: boolean; readonly defaults?: BucketSettings } | Response {
  const { enabled, defaultSettings } = body;
  if (enabled === undefined && defaultSettings === undefined)
    return badParameter("", "The request is empty.");
  if (enabled !== undefined && typeof enabled !== "boolean")
    return badParameter("enabled", "enabled must be true or false.");
  const defaults = bucketOf(defaultSettings);
  if (defaultSettings !== undefined && defaults === null) return badParameter("defaultSettings", bothNumbers);
  return { ...(enabled === undefined ? {} : { enabled }), ...(defaults === null ? {} : { defaults }) };
}

/** Either a bucket of their own or none, never both. */
export function userChange({ settings, whitelisted }: JsonObject): UserLimit | Response {
  if (whitelisted !== undefined && typeof whitelisted !== "boolean")
    return badParameter("whitelisted", "whitelisted must be true or false.");
  if (whitelisted === true)
    return settings === undefined || settings === null
      ? { whitelisted: true, settings: null }
      : badParameter("settings", "Somebody who is whitelisted has no settings.");
  const own = bucketOf(settings);
  return own === null ? badParameter("settings", bothNumbers) : { whitelisted: false, settings: own };
}
