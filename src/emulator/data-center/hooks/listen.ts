/** Owns which webhooks of a Data Center hear of what happens, and what is sent to each. */

import type { Attempted, Delivery } from "../../hooks/deliveries.ts";
import { signatureOf } from "../../hooks/signature.ts";
import type { DataCenterContext } from "../context.ts";
import type { DcEvent } from "../events.ts";
import { buildNumber } from "../rest/server-info.ts";
import { type DcRepository, findProject } from "../world.ts";
import { pullRequestPayload } from "./pull-request-payload.ts";
import { pushPayload } from "./push-payload.ts";
import { forgetOld } from "./remembered.ts";
import type { DcHook } from "./state.ts";

/** An event by its name, and the exact body. */
export interface Telling {
  readonly event: string;
  readonly body: string;
}

/** Delivers every event to the hooks that subscribe to it; what happens does not wait for receivers. */
export function deliverEvents(context: DataCenterContext): void {
  context.events.on(async (event) => {
    const name = nameOf(event);
    const hooks = hooksFor(context, event.repository, name);
    if (hooks.length === 0) return;
    const body = JSON.stringify(await payloadOf(context, event));
    for (const hook of hooks) context.deliveries.send(deliveryOf(context, hook, { event: name, body }));
  });
}

/** Sends a body to the hook of that number as if the event had happened. Returns whether there is one. */
export function deliverTo(context: DataCenterContext, id: number, telling: Telling): boolean {
  const hook = context.world.hookState.hooks.find((one) => one.id === id);
  if (hook === undefined) return false;
  context.deliveries.send(deliveryOf(context, hook, telling));
  return true;
}

function nameOf(event: DcEvent): string {
  return event.kind === "push" ? "repo:refs_changed" : event.kind;
}

async function payloadOf(context: DataCenterContext, event: DcEvent): Promise<object> {
  return event.kind === "push" ? pushPayload(context, event) : pullRequestPayload(context, event);
}

/** The active ones, of the repository and of its project. */
function hooksFor({ world }: DataCenterContext, repository: DcRepository, event: string): readonly DcHook[] {
  const project = findProject(world, repository.projectKey);
  return world.hookState.hooks.filter(
    ({ active, events, scope }) =>
      active &&
      events.includes(event) &&
      (scope.kind === "repository" ? scope.repositoryId === repository.id : scope.projectId === project?.id),
  );
}

/** One attempt and no more: there are no retries. */
export function deliveryOf(
  context: DataCenterContext,
  hook: DcHook,
  { event, body: text }: Telling,
): Delivery {
  const { rules } = context;
  const body = Buffer.from(text);
  const isSigned = hook.secret !== null && (event !== "diagnostics:ping" || rules.pingSigned);
  return {
    product: context.product,
    hook: String(hook.id),
    event,
    url: hook.url,
    body,
    headersOf: ({ requestId }) => ({
      "X-Event-Key": event,
      "X-Request-Id": requestId,
      ...(isSigned ? { "X-Hub-Signature": signatureOf(hook.secret ?? "", body) } : {}),
      ...(hook.credentials === null ? {} : { Authorization: basic(hook.credentials) }),
      "Content-Type": "application/json; charset=utf-8",
      "User-Agent": userAgent(context),
    }),
    onAttempt: (attempted) => record(context, hook, { event, body: text }, attempted),
    manner: {
      timeoutMilliseconds: rules.deliveryTimeoutMilliseconds,
      mostAttempts: 1,
      spacingSeconds: 0,
      keepsRequestId: rules.redeliveryKeepsRequestId,
      mayStayInside: true,
      verifiesCertificates: hook.sslVerificationRequired,
      triesAgainAfter: () => false,
    },
  };
}

function basic({ username, password }: NonNullable<DcHook["credentials"]>): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function userAgent({ rules, version }: DataCenterContext): string {
  return rules.webhookUserAgent.replace("{version}", version).replace("{build}", buildNumber(version));
}

function record(context: DataCenterContext, hook: DcHook, telling: Telling, attempted: Attempted): void {
  const { hookState } = context.world;
  hookState.lastInvocationId += 1;
  const { id: hookId, url } = hook;
  hookState.invocations.push({ ...attempted, ...telling, hookId, url, id: hookState.lastInvocationId });
  forgetOld(hookState.invocations);
}
