/** Owns what a person sees of OAuth 1: who asks for access, with Allow and Deny; and the end of a dance that leads nowhere. */
import type { Context } from "hono";
import { html } from "../../../ui/html.ts";
import { buttonClass } from "../../../ui/parts/action.ts";
import type { DataCenterContext } from "../context.ts";
import { pathTo } from "../place.ts";
import type { OAuth1Consumer, OAuth1RequestToken } from "../state.ts";
import { tokenField } from "../website/forms.ts";
import { productName, webPage } from "../website/frame.ts";
import { paths } from "../website/paths.ts";
import type { DcWebEnv } from "../website/visitor.ts";
import type { DcPerson } from "../world.ts";

/** A request token somebody may decide about, and where that leads; null: nowhere. */
export interface Asked {
  readonly token: OAuth1RequestToken;
  readonly consumer: OAuth1Consumer;
  readonly callback: string | null;
}

export function approvalPage(
  context: DataCenterContext,
  c: Context<DcWebEnv>,
  { token, consumer, callback }: Asked,
  person: DcPerson,
): Promise<Response> {
  const late = c.req.query("oauth_callback");
  return webPage(context, c, {
    title: "Authorize",
    narrow: true,
    ...(callback === null ? {} : { leadsTo: callback }),
    main: html`<article><h1>Welcome to ${productName(context)}</h1>
<p>The application <strong>${consumer.name}</strong> would like to have <strong>read and write access</strong> to your data on this Bitbucket.</p>
<p>You are logged in as <strong>${person.displayName}</strong> (${person.name}). Everything you may do, it may do in your name, until you take it back under Authorized applications.
${callback === null ? "" : html`You will be sent to <code>${new URL(callback).host}</code>.`}</p>
<form method="post" action="${pathTo(context, paths.oauth1Authorize)}">${tokenField(c.get("visitor").csrf)}
<input type="hidden" name="oauth_token" value="${token.token}">${
      late === undefined ? "" : html`<input type="hidden" name="oauth_callback" value="${late}">`
    }
<div class="buttons"><button class="${buttonClass({ look: "primary" })}" name="approve" value="Allow">Allow</button>
<button class="${buttonClass()}" name="deny" value="Deny">Deny</button></div></form></article>`,
  });
}

/** The link has no callback and none was sent: the person carries the verifier, if there is one. */
export function decidedPage(
  context: DataCenterContext,
  c: Context<DcWebEnv>,
  { consumer }: Asked,
  { isAllowed, verifier }: { readonly isAllowed: boolean; readonly verifier: string | null },
): Promise<Response> {
  const title = isAllowed ? "Access approved" : "Access denied";
  const text = isAllowed
    ? html`You have successfully authorized <strong>${consumer.name}</strong>.`
    : html`<strong>${consumer.name}</strong> gets no access to your data.`;
  const verification =
    isAllowed && verifier !== null
      ? html`<p>Your verification code is <code>${verifier}</code>. Type it there.</p>`
      : "";
  return webPage(context, c, {
    title,
    narrow: true,
    main: html`<article><h1>${title}</h1><p>${text}</p>${verification}<p>You can close this page.</p></article>`,
  });
}
