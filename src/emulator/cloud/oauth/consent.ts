/** Owns the consent page: which app wants what, in words, with "Grant access" and "Cancel". */
import type { Context } from "hono";
import { html } from "../../../ui/html.ts";
import { buttonClass, csrfField } from "../../../ui/parts/action.ts";
import type { EmulatorContext } from "../../core/context.ts";
import { scopes } from "../../core/scopes.ts";
import type { Person } from "../../core/world.ts";
import { webPage } from "../website/frame.ts";
import type { WebEnv } from "../website/visitor.ts";
import type { AuthorizationRequest } from "./authorization-request.ts";

/** The page; its form is posted to the same query. */
export function consentPage(
  context: EmulatorContext,
  c: Context<WebEnv>,
  request: AuthorizationRequest,
  person: Person,
): Promise<Response> {
  const { consumer } = request;
  const workspace = context.world.workspaces.find(({ uuid }) => uuid === consumer.workspaceUuid);
  const { search } = new URL(c.req.url);
  return webPage(context, c, {
    title: "Confirm access to your account",
    narrow: true,
    main: html`<article><h1>Confirm access to your account</h1>
<p><strong>${consumer.name}</strong>${consumer.description === "" ? "" : html` (${consumer.description})`} is requesting access to the following:</p>
<ul>${request.scopes.map((name) => html`<li>${scopes[name]?.words ?? name} <small><code>${name}</code></small></li>`)}</ul>
<p>You are logged in as <strong>${person.displayName}</strong>${person.username === null ? "" : html` (${person.username})`}.
This consumer belongs to the workspace ${workspace?.name ?? "?"}. You will be sent to <code>${new URL(request.callback).host || request.callback}</code>.</p>
<form method="post" action="/site/oauth2/authorize${search}">${csrfField(c.get("visitor").csrf)}
<div class="buttons"><button class="${buttonClass({ look: "primary" })}" name="decision" value="grant">Grant access</button>
<button class="${buttonClass()}" name="decision" value="cancel">Cancel</button></div></form></article>`,
  });
}
