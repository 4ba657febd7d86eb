/** Owns how a server of this bench says on standard output how to ask it, and how it ends. */
import type { Checked } from "./lane.ts";

/** Tells the bench; `close` is called when it has asked enough. Processor time is answered to each line that comes in. */
export function tellBench(checked: Checked, close: () => Promise<void> = async () => {}): void {
  process.stdout.write(`${JSON.stringify(checked)}\n`);
  process.stdin.on("data", () => {
    const { user, system } = process.cpuUsage();
    process.stdout.write(`${JSON.stringify({ cpuMicroseconds: user + system })}\n`);
  });
  process.stdin.once("end", () => void close().finally(() => process.exit(0)));
}

/** The cookies an answer sets, as they are sent back. */
export function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
}

/** The same person everywhere. */
export const person = { id: "usr_ada", displayName: "Ada", email: "ada@example.com" };
