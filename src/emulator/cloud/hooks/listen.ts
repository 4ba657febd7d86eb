/** Owns which webhooks of Cloud hear of what happens, and what is sent to each. */
import type { EmulatorContext } from "../../core/context.ts";
import { findWorkspace, type Repository } from "../../core/world.ts";
import type { Delivery } from "../../hooks/deliveries.ts";
import { signatureOf } from "../../hooks/signature.ts";
import type { CloudEvent } from "../events.ts";
import type { Open } from "../repositories/opened.ts";
import { pullRequestPayload } from "./pull-request-payload.ts";
import { pushPayload } from "./push-payload.ts";
import type { Hook } from "./state.ts";

/** Larger bodies are never sent, and nobody is told. */
const mostBytes = 256 * 1024;

/** Delivers every event of Cloud to the hooks that subscribe to it; what happens does not wait for receivers. */
export function deliverEvents(context: EmulatorContext, open: Open): void {
  context.events.on(async (event) => {
    const name = nameOf(event);
    const hooks = hooksFor(context, event.repository, name);
    if (hooks.length === 0) return;
    const payload = await payloadOf(context, event, open);
    for (const hook of hooks) deliver(context, hook, { event: name, body: JSON.stringify(payload) });
  });
}

function nameOf(event: CloudEvent): string {
  return event.kind === "push" ? "repo:push" : event.kind;
}

/** A pull request is rendered at once: it may be another one as soon as something else is awaited. */
function payloadOf(context: EmulatorContext, event: CloudEvent, open: Open): object | Promise<object> {
  if (event.kind !== "push") return pullRequestPayload(context, event);
  return open(event.repository).then((opened) => pushPayload(opened, event));
}

/** The active ones, of the repository and of its workspace. */
function hooksFor({ world }: EmulatorContext, repository: Repository, event: string): readonly Hook[] {
  const workspace = findWorkspace(world, repository.workspaceSlug);
  return world.hooks.filter(
    ({ active, events, subject }) =>
      active &&
      events.includes(event) &&
      (subject.kind === "repository"
        ? subject.repositoryUuid === repository.uuid
        : subject.workspaceUuid === workspace?.uuid),
  );
}

/** Sends a body to one hook as if the event had happened. */
export function deliver(
  context: EmulatorContext,
  hook: Hook,
  { event, body: text }: { readonly event: string; readonly body: string | Buffer },
): void {
  const body = Buffer.from(text);
  const delivery = deliveryOf(context, hook, { event, body });
  if (body.length > mostBytes)
    context.deliveries.drop(delivery, `The body has ${body.length} bytes, more than 256 KB.`);
  else context.deliveries.send(delivery);
}

function deliveryOf(
  { clock, rules }: EmulatorContext,
  hook: Hook,
  { event, body }: { readonly event: string; readonly body: Buffer },
): Delivery {
  const time = clock.now().toUTCString();
  const signature = hook.secret === null ? {} : { "X-Hub-Signature": signatureOf(hook.secret, body) };
  return {
    product: "cloud",
    hook: hook.uuid,
    event,
    url: hook.url,
    body,
    headersOf: ({ number, requestId }) => ({
      "User-Agent": "Bitbucket-Webhooks/2.0",
      "Content-Type": "application/json",
      "X-Attempt-Number": String(number),
      "X-Event-Key": event,
      "X-Event-Time": time,
      "X-Hook-UUID": hook.uuid,
      ...signature,
      "X-Request-UUID": requestId,
    }),
    manner: {
      timeoutMilliseconds: rules.hookTimeoutMilliseconds,
      mostAttempts: 3,
      spacingSeconds: rules.hookRetrySeconds,
      keepsRequestId: rules.hookRetryKeepsRequestId,
      mayStayInside: rules.hooksToPrivateAddresses,
      verifiesCertificates: !hook.skipCertVerification,
      triesAgainAfter: (outcome) => {
        if (outcome.kind !== "answered") return rules.hookRetriesTimeouts;
        return outcome.status >= 500 || (outcome.status >= 400 && rules.hookRetriesClientErrors);
      },
    },
  };
}
