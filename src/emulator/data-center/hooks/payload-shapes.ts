/** Owns what bodies of a Data Center's webhooks have in common: who did it, and dates by version. */

import type { DataCenterContext } from "../context.ts";
import type { DcActor } from "../events.ts";
import { userShape } from "../pull-requests/shape.ts";
import { userIdOf } from "../pull-requests/users.ts";

/** A person, or the service user behind a project's or repository's token. */
export function actorObject(context: DataCenterContext, actor: DcActor): object {
  return userShape(context, userIdOf(context, actor));
}

/** `2018-07-05T18:22:00+0000`: the zone without a colon. */
export function payloadDate({ clock }: DataCenterContext): string {
  return clock
    .now()
    .toISOString()
    .replace(/\.\d{3}Z$/, "+0000");
}

const dates = new Set(["createdDate", "updatedDate", "closedDate", "authorTimestamp", "committerTimestamp"]);

/** With the milliseconds of commits and pull requests as ISO 8601, as versions from 10 on write them in webhooks. */
export function withIsoDates<Value>(value: Value): Value {
  const written = JSON.stringify(value, (key, each: unknown) =>
    dates.has(key) && typeof each === "number" ? new Date(each).toISOString() : each,
  );
  return JSON.parse(written) as Value; // what went in, dates apart, which nobody reads again
}
