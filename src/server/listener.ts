/** Owns the socket: bound before the app is built (so that its port is known), drained when it closes. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { SessionCheck } from "../web/session-check.ts";
import { serverErrors } from "./errors.ts";

export interface Listener {
  /** The port that was bound, also when 0 was asked for. */
  readonly port: number;
  /** Begins to answer, also the requests that have come since the port was bound. `check` is asked first. */
  serve(fetch: (request: Request) => Response | Promise<Response>, check?: SessionCheck): void;
  /** Takes no new connections, lets running requests end, cuts what is left after `graceMilliseconds`. */
  close(graceMilliseconds?: number): Promise<void>;
}

/** Whoever sends a request slower than this only holds the place. */
const patience = { headersTimeout: 20_000, requestTimeout: 60_000 };

/**
 * Binds host and port.
 * @throws `server.port_taken`, `server.cannot_listen`
 */
export async function openListener(address: {
  readonly host: string;
  readonly port: number;
}): Promise<Listener> {
  const ready = Promise.withResolvers<RequestListener>();
  const server = createServer(patience, async (request, response) =>
    (await ready.promise)(request, response),
  );
  await bind(server, address);
  const { port } = server.address() as AddressInfo; // a TCP server that listens has an AddressInfo, never a pipe's name
  return {
    port,
    serve(fetch, check = () => null) {
      // The library's `Response` takes the place of the platform's, whose making costs more than the rest of an answer.
      ready.resolve(checkFirst(check, getRequestListener(fetch, { overrideGlobalObjects: true })));
    },
    close: (graceMilliseconds = 10_000) => drain(server, graceMilliseconds),
  };
}

/** What the check cannot answer goes the whole way. */
function checkFirst(check: SessionCheck, whole: RequestListener): RequestListener {
  return async (request, response) => {
    const { method = "", url: path = "", headers } = request;
    const found = await check({ method, path, host: headers.host, cookie: headers.cookie });
    if (found === null) return whole(request, response);
    const length = Buffer.byteLength(found.body);
    response.writeHead(200, { ...found.headers, "content-length": length }).end(found.body);
  };
}

function bind(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") {
        return reject(
          serverErrors.fail("server.cannot_listen", {
            detail: `${host}:${port} ${error.message}`,
            cause: error,
          }),
        );
      }
      const message = `Port ${port} is taken by another program.`;
      reject(serverErrors.fail("server.port_taken", { message, detail: `${host}:${port}`, cause: error }));
    });
    server.listen(port, host, resolve);
  });
}

/** A connection that is kept alive goes as soon as its request is answered; it would be waited for otherwise. */
function drain(server: Server, graceMilliseconds: number): Promise<void> {
  const goOnceAnswered = setInterval(() => server.closeIdleConnections(), 50);
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMilliseconds);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(goOnceAnswered);
      resolve();
    });
    server.closeIdleConnections();
  });
}
