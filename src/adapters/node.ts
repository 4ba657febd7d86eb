/** Owns bare Node: a listener for `createServer`, and guards that answer or give whoever is signed in. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { type Guards, guardsOf, type Mountable, type Needs, type SignedIn } from "./mountable.ts";
import { rewind } from "./parsed-body.ts";

export type { Guards, Mountable, Needs, SignedIn } from "./mountable.ts";

/** Gives null where it has answered itself. */
export type NodeGuard = (request: IncomingMessage, response: ServerResponse) => Promise<SignedIn | null>;

/** Windlass in a server of Node's own. */
export interface NodeWindlass extends Guards<NodeGuard> {
  /** Answers whatever is not yours: sign-in, dashboard, API. */
  listener(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/**
 * Windlass in a server of `node:http`.
 * @example createServer(nodeWindlass(windlass).listener).listen(8000)
 */
export function nodeWindlass(windlass: Mountable): NodeWindlass {
  const options = { overrideGlobalObjects: false };
  const listener = getRequestListener((request, { incoming }) => {
    const { remoteAddress } = incoming.socket;
    return windlass.handler(request, { incoming: { socket: { remoteAddress } } });
  }, options);
  const guard =
    (needs: Needs): NodeGuard =>
    async (request, response) => {
      const who = await windlass.guard(headOf(request), needs);
      if ("session" in who) return who;
      await getRequestListener(() => who, options)(request, response);
      return null;
    };
  return {
    listener(request, response) {
      rewind(request);
      return listener(request, response);
    },
    ...guardsOf(guard),
  };
}

/** A request without its body, which stays for the route. `originalUrl` is what frameworks keep while they cut `url`. */
function headOf(incoming: IncomingMessage & { readonly originalUrl?: string }): Request {
  const url = URL.parse(incoming.originalUrl ?? incoming.url ?? "/", "http://localhost");
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(incoming.headersDistinct))
    if (!name.startsWith(":")) for (const value of values) headers.append(name, value);
  return new Request(url ?? "http://localhost/", { method: incoming.method ?? "GET", headers });
}
