/** Owns how a server of a bench says on standard output how to ask it, what it used and holds, and how it ends. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What a server answers to each line that comes in: `weigh` collects what nobody needs before it looks. */
export interface Used {
  readonly cpuMicroseconds: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
}

/** Tells the bench how to be asked; `close` is called when it has asked enough. */
export function tellBench(told: object, close: () => Promise<void> = async () => {}): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
  process.stdin.on("data", (line) => {
    if (String(line).includes("weigh")) collect();
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    const used: Used = { cpuMicroseconds: user + system, rssBytes: rss, heapBytes: heapUsed };
    process.stdout.write(`${JSON.stringify(used)}\n`);
  });
  process.stdin.once("end", () => void close().finally(() => process.exit(0)));
}

function collect(): void {
  setFlagsFromString("--expose-gc");
  // Defined by the flag above.
  const gc = runInNewContext("gc") as () => void;
  gc();
  gc();
}
