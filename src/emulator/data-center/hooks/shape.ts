/** Owns webhooks of a Data Center and what became of their deliveries as JSON. */
import type { DataCenterContext } from "../context.ts";
import { mask } from "./body.ts";
import type { DcHook, DcInvocation } from "./state.ts";

/** The secret stands in `configuration`, unless the rule masks it; a password is never shown. */
export function dcHookObject(
  { rules, world }: DataCenterContext,
  hook: DcHook,
  withStatistics = false,
): object {
  const secret = rules.hookSecret === "masked" ? mask : hook.secret;
  const own = world.hookState.invocations.filter(({ hookId }) => hookId === hook.id);
  return {
    id: hook.id,
    name: hook.name,
    createdDate: hook.createdDate.getTime(),
    updatedDate: hook.updatedDate.getTime(),
    events: hook.events,
    configuration: hook.secret === null ? hook.configuration : { ...hook.configuration, secret },
    ...(hook.credentials === null ? {} : { credentials: { username: hook.credentials.username } }),
    url: hook.url,
    active: hook.active,
    scopeType: hook.scope.kind,
    sslVerificationRequired: hook.sslVerificationRequired,
    ...(withStatistics ? { statistics: historyObject(own) } : {}),
  };
}

export type OutcomeName = "SUCCESS" | "FAILURE" | "ERROR";

/** A failure is an answer other than 2xx, an error none at all. */
export function outcomeOf({ outcome }: Pick<DcInvocation, "outcome">): OutcomeName {
  if (outcome.kind !== "answered") return "ERROR";
  return outcome.status >= 200 && outcome.status < 300 ? "SUCCESS" : "FAILURE";
}

/** A delivery with all that was sent and answered. */
export function invocationObject(invocation: DcInvocation): object {
  return {
    ...summaryObject(invocation),
    ...requestResponse(invocation),
  };
}

function summaryObject({ id, event, at, outcome }: DcInvocation) {
  const start = at.getTime();
  const { milliseconds } = outcome;
  return { id, event, duration: milliseconds, start, finish: start + milliseconds };
}

/** What `test` answers, too. The credentials that were sent are not told. */
export function requestResponse({ url, headers, body, outcome, ...rest }: DcInvocation): object {
  const { Authorization: _, ...shown } = headers;
  const request = { method: "POST", url, headers: shown, body };
  const name = outcomeOf({ outcome, ...rest } as DcInvocation); // put together again as it came
  const result =
    outcome.kind === "answered"
      ? {
          description: String(outcome.status),
          outcome: name,
          statusCode: outcome.status,
          headers: outcome.headers,
          body: outcome.body,
        }
      : { description: outcome.message, outcome: name, errorMessage: outcome.message };
  return { request, result };
}

/** The last of each outcome, and how many of each there were. */
export function historyObject(invocations: readonly DcInvocation[]): object {
  const of = (name: OutcomeName) => invocations.filter((one) => outcomeOf(one) === name);
  const last = (name: OutcomeName) => {
    const found = of(name).at(-1);
    return found === undefined ? null : invocationSummary(found);
  };
  return {
    lastSuccess: last("SUCCESS"),
    lastFailure: last("FAILURE"),
    lastError: last("ERROR"),
    counts: {
      errors: of("ERROR").length,
      failures: of("FAILURE").length,
      successes: of("SUCCESS").length,
    },
  };
}

function invocationSummary(invocation: DcInvocation): object {
  const { outcome, url } = invocation;
  return {
    ...summaryObject(invocation),
    request: { method: "POST", url },
    result: {
      description: outcome.kind === "answered" ? String(outcome.status) : outcome.message,
      outcome: outcomeOf(invocation),
    },
  };
}
