/** Owns a running server: binds, wires the app, answers, and stops in the reverse order. */
import { createApp } from "../app/app.ts";
import { type Config, withBoundPort } from "../app/config.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { createWeb } from "../web/web.ts";
import { type Listener, openListener } from "./listener.ts";
import { type OperatorListener, openOperatorListener } from "./operator-listener.ts";

export interface RunningServer {
  /** The address people open: the configuration's `baseUrl`, or localhost with the port that was bound. */
  readonly url: string;
  /** The port that was bound. */
  readonly port: number;
  /** Where metrics and health are; null where the configuration has no `metrics`. */
  readonly operatorUrl: string | null;
  /** What an operator should know at start, one sentence each. */
  readonly notices: readonly string[];
  /** Takes no new requests, lets running ones and a running refresh end, closes the database. */
  close(): Promise<void>;
}

export interface ServerParts {
  readonly log: Log;
  readonly clock?: Clock;
  /** Already bound, when the port had to be known before the configuration. */
  readonly listener?: Listener;
}

/**
 * Starts the server. Nothing stays open when it fails.
 * @throws `server.port_taken`, `storage.…`, `sealing.…`
 */
export async function startServer(wanted: Config, parts: ServerParts): Promise<RunningServer> {
  const listener = parts.listener ?? (await openListener(wanted.listen));
  const config = withBoundPort(wanted, listener.port);
  let operator: OperatorListener | null = null;
  try {
    operator = await openOperatorListener(config, parts.clock);
    const app = await createApp(config, { ...parts, meter: operator?.meter });
    const web = createWeb(app);
    listener.serve(web.fetch, web.sessionCheck);
    operator?.serve(app);
    await app.start();
    parts.log.info("server.started", { url: config.baseUrl, port: listener.port });
    return {
      url: config.baseUrl,
      port: listener.port,
      operatorUrl: operator?.url ?? null,
      notices: [...app.notices, ...(operator?.notices ?? [])],
      async close() {
        await listener.close();
        await operator?.close();
        await app.close();
        parts.log.info("server.stopped");
      },
    };
  } catch (error) {
    await listener.close(0);
    await operator?.close(0);
    throw error;
  }
}
