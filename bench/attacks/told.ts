/** Owns what a server of this bench says of itself, where its Bitbucket is, and how the peers listen. */
import type { RequestListener } from "node:http";
import type { ForeignTarget } from "../../tests/attacks/place.ts";
import { serveApp } from "../../tests/clients/app.ts";

/** As `npm run attacks -- --target` is told it. */
export type AttackedServer = ForeignTarget;

export const secret = "only for these attacks: thirty-two characters";

/** From the command line of each server. */
export const upstream = process.argv[2] ?? "";

export const addresses = {
  authorize: `${upstream}/site/oauth2/authorize`,
  token: `${upstream}/site/oauth2/access_token`,
  api: `${upstream}/2.0`,
  user: `${upstream}/2.0/user`,
  emails: `${upstream}/2.0/user/emails`,
} as const;

/** By the name that browsers take for a safe place without TLS, as they take https. */
export async function serveHere(
  build: (origin: string) => RequestListener | Promise<RequestListener>,
): Promise<string> {
  const byName = (origin: string) => origin.replace("127.0.0.1", "localhost");
  const { origin } = await serveApp((at) => build(byName(at)));
  return byName(origin);
}

/** A page of the peer's app that has nothing to say. */
export function blankPage(): Response {
  return new Response("<p>hello</p>", { headers: { "content-type": "text/html" } });
}
