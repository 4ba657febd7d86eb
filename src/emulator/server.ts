/** Owns the emulator's sockets: one server an origin, each listening from the start and answering once it is told what. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { answerRequest, type Served, type Wire } from "./answering.ts";
import { showSite } from "./core/answered.ts";
import { EmulatorFailure } from "./core/errors.ts";

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
      showSite(served);
      const here = { ...served, closing: closing.signal };
      const answer = (request: Request, wire: Wire) => answerRequest(here, request, wire);
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
