/** Owns the way back of who went to Bitbucket to link an account. */
import type { App } from "../../app/app.ts";
import { paths } from "../../dashboard/paths.ts";
import type { HandshakeResult } from "../../handshake/handshake.ts";
import { renewSession, visitorOf, type WebContext } from "../visitor.ts";

/** The handshake has made sure that it is the visitor who began it. One way in more: the session gets another token. */
export async function finishLinking(
  app: App,
  context: WebContext,
  { instanceId, tokens }: HandshakeResult,
): Promise<Response> {
  const { session } = visitorOf(context);
  const order = { userId: session.user.id, sessionId: session.id, instanceId, tokens };
  const isNew = await app.accounts.link(order);
  if (isNew) await renewSession(app, context);
  return context.redirect(`${paths.account}?done=${isNew ? "linked" : "linked-already"}`, 303);
}
