/** Owns the emulator's sockets: one server an origin, every request through faults and into the journal. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Clock } from "../base/clock.ts";
import { showAnswer } from "./core/answered.ts";
import type { EmulatorBindings } from "./core/bindings.ts";
import { EmulatorFailure } from "./core/errors.ts";
import type { ArmedFault, Faults } from "./core/faults.ts";
import { harmlessQuery, type Journal, type JournalOrigin, type RequestNote } from "./core/journal.ts";

/** What answers the requests of one origin. */
export interface Site {
  fetch(request: Request, env: EmulatorBindings): Response | Promise<Response>;
}

/** What one port serves, and what it shares with the others. */
export interface Served {
  readonly origin: JournalOrigin;
  readonly site: Site;
  /** What a fault answers there; null: the connection is to be cut. */
  readonly faultAnswer: (fault: ArmedFault) => Response | null;
  readonly shared: { readonly clock: Clock; readonly journal: Journal; readonly faults: Faults };
}

/** A port that is bound; what comes before {@link Port.serve} waits. */
export interface Port {
  readonly number: number;
  serve(served: Served): void;
  close(): Promise<void>;
}

/** A token travels in a header, and the rule `tokenLength` may ask for long ones: Node alone takes 16 KiB of headers. */
const mostHeaderBytes = 256 * 1024;

/** Binds a port, 0 for any. Throws {@link EmulatorFailure} `port_taken`. */
export async function openPort(host: string, wanted: number): Promise<Port> {
  const listener = Promise.withResolvers<RequestListener>();
  const closing = new AbortController();
  const server = createServer({ maxHeaderSize: mostHeaderBytes }, async (request, response) =>
    (await listener.promise)(request, response),
  );
  await bind(server, host, wanted);
  const { port } = server.address() as AddressInfo; // a TCP server that listens has an AddressInfo, never a pipe's name
  return {
    number: port,
    serve(served) {
      const answer = (request: Request, env: { readonly incoming: IncomingMessage }) =>
        answerRequest({ ...served, closing: closing.signal }, request, () => env.incoming.socket.destroy());
      // The adapter's environment has the HTTP/1 message: nothing else is served here.
      const fetch = answer as (request: Request, env: unknown) => Promise<Response>;
      listener.resolve(getRequestListener(fetch, { overrideGlobalObjects: false }));
    },
    close: () =>
      new Promise((resolve) => {
        closing.abort(new Error("The emulator is closing."));
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const why = taken
        ? `Port ${port} is taken by another program.`
        : `Cannot listen on ${host}:${port}: ${error.message}`;
      reject(new EmulatorFailure("port_taken", why));
    });
    server.listen(port, host, resolve);
  });
}

interface Answering extends Served {
  readonly closing: AbortSignal;
}

async function answerRequest(here: Answering, request: Request, cut: () => void): Promise<Response> {
  const { origin, site, shared } = here;
  const { pathname, searchParams } = new URL(request.url);
  const note: RequestNote = { client: null, grant: null, person: null };
  // Control and its assets are no part of Bitbucket: neither faults nor the journal touch them.
  if (origin === "web" && /^\/_emulator(\/|$)/.test(pathname)) return site.fetch(request, { note });
  const at = shared.clock.now().toISOString();
  const fault = shared.faults.strike({ method: request.method, path: pathname, origin });
  const response =
    fault === undefined ? await site.fetch(request, { note }) : await fail(here, request, note, fault);
  const query = harmlessQuery(searchParams);
  shared.journal.add({
    at,
    origin,
    method: request.method,
    path: pathname,
    query,
    ...note,
    status: response?.status ?? 0,
  });
  if (response !== null) {
    await showAnswer({ origin, request, response, isFault: fault !== undefined && fault.kind !== "delay" });
    return response;
  }
  cut();
  return RESPONSE_ALREADY_SENT;
}

/** The answer of a request that is hit by a fault; null: the connection is to be cut. */
async function fail(
  here: Answering,
  request: Request,
  note: RequestNote,
  fault: ArmedFault,
): Promise<Response | null> {
  const { site, shared, closing } = here;
  const worked = fault.afterWork ? await site.fetch(request, { note }) : null;
  if (fault.delayMilliseconds !== undefined)
    await shared.clock
      .sleep(fault.delayMilliseconds, AbortSignal.any([closing, request.signal]))
      .catch(() => {});
  if (fault.kind === "delay") return worked ?? site.fetch(request, { note });
  return here.faultAnswer(fault);
}
