/** Owns opening the server's own app for one command: its database and keys, without a socket, and closed again. */
import { existsSync } from "node:fs";
import type { App } from "../app/app.ts";
import { engineOf, reveal } from "../storage/engine.ts";
import { Refusal, UsageError } from "./command.ts";

/** Runs `work` with the app of the configuration, beside a running server or without one. Throws what `createApp` throws. */
export async function withApp(
  configFiles: readonly string[] | undefined,
  work: (app: App) => Promise<number>,
): Promise<number> {
  const [{ readServerConfig }, { createApp }] = await Promise.all([
    import("./server-config.ts"),
    import("../app/app.ts"),
  ]);
  const config = readServerConfig(configFiles);
  if (engineOf(config.database) === "sqlite") refuseAbsent(reveal(config.database));
  const app = await createApp(config);
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

/** A command that reads must not make an empty database where a path was mistyped. */
function refuseAbsent(path: string): void {
  if (path === ":memory:")
    throw new UsageError("The configured database is in memory: only the process that has it can read it.");
  if (!existsSync(path))
    throw new Refusal(
      `There is no database at ${path}. Check the configuration, or start the server once: windlass serve`,
    );
}
