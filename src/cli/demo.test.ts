import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const main = join(import.meta.dirname, "main.ts");
const demo = ["demo", "--json", "--port", "0", "--emulator-port", "0"];

test.each(["SIGTERM", "SIGHUP"] as const)(
  "a demo stopped by %s while it is still starting leaves nothing behind",
  async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), "windlass-stop-"));
    const made = () => readdirSync(folder).filter((name) => name.startsWith("windlass-demo-"));
    try {
      // Its standard output is not read: nobody waits until it is up.
      const child = spawn(process.execPath, [main, ...demo], {
        cwd: folder,
        env: { ...process.env, TMPDIR: folder, NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache") },
        stdio: "ignore",
      });
      const ended = once(child, "exit");
      while (made().length === 0 && child.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill(signal);
      expect(await ended).toEqual([0, null]);
      expect(made()).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
