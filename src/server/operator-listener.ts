/** Owns the listener for operators: bound where the configuration says, apart from the one people come to. */
import type { Config } from "../app/config.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import type { Desk, DeskApp } from "../operator/desk.ts";
import { openListener } from "./listener.ts";

export interface OperatorListener {
  /** `http://127.0.0.1:9464`, with the port that was bound. */
  readonly url: string;
  readonly meter: Desk["meter"];
  /** For the operator, at start. */
  readonly notices: readonly string[];
  serve(app: DeskApp): void;
  close(graceMilliseconds?: number): Promise<void>;
}

/**
 * Null where the configuration has no `metrics`; then nothing of it is loaded.
 * @throws `server.port_taken`, `server.cannot_listen`
 */
export async function openOperatorListener(
  { metrics }: Config,
  clock: Clock = systemClock(),
): Promise<OperatorListener | null> {
  if (metrics === undefined) return null;
  const { host, allowRemote } = metrics;
  const { createDesk } = await import("../operator/desk.ts");
  const listener = await openListener(metrics);
  const desk = createDesk(clock);
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${listener.port}`;
  const notices = [`Health for operators: ${url}/health (metrics: ${url}/metrics).`];
  if (allowRemote)
    notices.push(`Everybody who can reach ${url} can read metrics and health: there is no login.`);
  return {
    url,
    meter: desk.meter,
    notices,
    serve: (app) => listener.serve(desk.open(app, { allowRemote }).fetch),
    close: listener.close,
  };
}
