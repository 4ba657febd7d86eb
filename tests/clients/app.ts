/** Owns a small web app on this machine whose answers a client library gives. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

export interface App {
  readonly origin: string;
  close(): Promise<void>;
}

/** Serves what `build` makes of the app's own origin, on any free port. */
export async function serveApp(
  build: (origin: string) => RequestListener | Promise<RequestListener>,
): Promise<App> {
  const listener = Promise.withResolvers<RequestListener>();
  const server = createServer(async (request, response) => (await listener.promise)(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server that listens has an AddressInfo
  const origin = `http://127.0.0.1:${port}`;
  listener.resolve(await build(origin));
  return {
    origin,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
