/** Owns a server with an instance of every product, beside its emulators, for people with a real browser. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConfigInput, parseConfig } from "../../src/app/config.ts";
import { silentLog } from "../../src/base/log.ts";
import { cloudUrls, selfHostedInstances } from "../../src/cli/emulated-instances.ts";
import { buildDemoRepository } from "../../src/emulator/demo/demo-repository.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { openListener } from "../../src/server/listener.ts";
import { startServer } from "../../src/server/start.ts";

export interface Place {
  readonly emulator: Emulator;
  /** The server's address. */
  readonly url: string;
  close(): Promise<void>;
}

/** Instances: `bitbucket` with a private consumer, `data-center`, `server`. App passwords still work here. */
export async function openPlace(more: Partial<ConfigInput> = {}): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), "windlass-browser-"));
  const path = join(folder, "checkout-api");
  await buildDemoRepository(path, new Date());
  const listener = await openListener({ host: "127.0.0.1", port: 0 });
  const url = `http://localhost:${listener.port}`;
  const emulator = await createEmulator({
    callbackUrl: `${url}/auth/bitbucket/callback`,
    repositories: [{ path, workspace: "acme", slug: "checkout-api" }],
    rules: { appPasswords: true },
  });
  const parts = { log: silentLog, clock: emulator.clock, listener };
  const server = await startServer(configFor(emulator, url, more), parts);
  return {
    emulator,
    url,
    async close() {
      await server.close();
      await emulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configFor(emulator: Emulator, url: string, { instances, ...more }: Partial<ConfigInput>) {
  const consumer = emulator.consumers.find(({ isPrivate }) => isPrivate);
  return parseConfig({
    baseUrl: url,
    database: ":memory:",
    // The Server that a person types in is on this machine, too.
    network: { allow: ["127.0.0.0/8"] },
    instances: {
      bitbucket: {
        clientId: consumer?.key ?? "",
        clientSecret: consumer?.secret ?? "",
        sharesConsumer: true,
        scopes: ["account"],
        urls: cloudUrls(emulator),
      },
      ...selfHostedInstances(emulator),
      ...instances,
    },
    ...more,
  });
}
