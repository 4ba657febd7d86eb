/** Owns the one PostgreSQL server of a test run: started when the first worker asks for it, stopped at the end of the run. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startPostgres } from "./postgres-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Who connects to this socket is told of the server in one line. */
    readonly postgresSocket: string;
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "windlass-tests-"));
  const socket = join(folder, "postgres");
  let starting: ReturnType<typeof startPostgres> | undefined;
  const door = createServer(async (caller) => {
    caller.on("error", () => {});
    starting ??= startPostgres();
    const answer = await starting.then(
      ({ url }) => ({ url }),
      (error: unknown) => ({ failure: String(error) }),
    );
    caller.end(`${JSON.stringify(answer)}\n`);
  });
  door.listen(socket);
  await once(door, "listening");
  door.unref();
  provide("postgresSocket", socket);
  return async () => {
    door.close();
    const server = await starting?.catch(() => undefined);
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
