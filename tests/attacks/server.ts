/** Owns the server under attack, in a process of its own: the whole of Windlass over HTTP, with its time and its log in reach. */
import { parseConfig } from "../../src/app/config.ts";
import { shiftableClock } from "../../src/base/clock.ts";
import { openListener } from "../../src/server/listener.ts";
import { openLog } from "../../src/server/log.ts";
import { startServer } from "../../src/server/start.ts";
import type { Question, ServerStart, Told } from "./under-attack.ts";

const lines: string[] = [];
const clock = shiftableClock();

process.once("message", (start: ServerStart) => {
  open(start).catch((error: unknown) => {
    tell({ id: 0, value: "", failure: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  });
});
process.on("disconnect", () => process.exit());

async function open({ config, port }: ServerStart): Promise<void> {
  const listener = await openListener({ host: "127.0.0.1", port });
  const baseUrl = `http://localhost:${listener.port}`;
  const whole = { ...config, baseUrl, listen: { host: "127.0.0.1", port: listener.port } };
  const log = openLog("debug", { write: (line) => void lines.push(line) });
  const server = await startServer(parseConfig(whole), { clock, listener, log });
  process.on("message", (question: Question) => {
    tell({ id: question.id, value: answer(question) });
    if (question.ask === "close") void server.close().then(() => process.exit());
  });
  tell({ id: 0, value: server.url });
}

function answer(question: Question): string | number {
  if (question.ask === "log") return lines.join("");
  if (question.ask === "now") return clock.now().toISOString();
  if (question.ask === "memory") {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  }
  if (question.ask === "advance") clock.advance(question.seconds);
  return "";
}

function tell(told: Told): void {
  process.send?.(told);
}
