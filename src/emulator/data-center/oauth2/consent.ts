/** Owns the consent page of OAuth 2: which link wants what, in words, with Allow and Deny. */
import type { Context } from "hono";
import { html } from "../../../ui/html.ts";
import { buttonClass } from "../../../ui/parts/action.ts";
import type { DataCenterContext } from "../context.ts";
import { pathTo } from "../place.ts";
import { tokenField } from "../website/forms.ts";
import { webPage } from "../website/frame.ts";
import { paths } from "../website/paths.ts";
import { permissionWords } from "../website/permissions.ts";
import type { DcWebEnv } from "../website/visitor.ts";
import type { DcPerson } from "../world.ts";
import type { AuthorizationRequest } from "./authorization-request.ts";

/** The page; its form is posted to the same query. */
export function consentPage(
  context: DataCenterContext,
  c: Context<DcWebEnv>,
  { client, scopes, redirectUri }: AuthorizationRequest,
  person: DcPerson,
): Promise<Response> {
  const { search } = new URL(c.req.url);
  return webPage(context, c, {
    title: "Authorize application",
    narrow: true,
    leadsTo: redirectUri,
    main: html`<article><h1>Allow ${client.name} to access your account?</h1>
<p><strong>${client.name}</strong> asks for these permissions:</p>
<ul>${scopes.map((name) => html`<li>${permissionWords(name)} <small><code>${name}</code></small></li>`)}</ul>
<p>You are logged in as <strong>${person.displayName}</strong> (${person.name}). It can do no more than you may yourself.
You will be sent to <code>${new URL(redirectUri).host}</code>.</p>
<form method="post" action="${pathTo(context, paths.oauth2Consent)}${search}">${tokenField(c.get("visitor").csrf)}
<div class="buttons"><button class="${buttonClass({ look: "primary" })}" name="approve" value="Allow">Allow</button>
<button class="${buttonClass()}" name="deny" value="Deny">Deny</button></div></form></article>`,
  });
}
