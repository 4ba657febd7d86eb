/** Owns what `windlass demo` starts: emulator and server on one clock, repositories, a folder that goes at the end. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, parseConfig } from "../app/config.ts";
import { systemClock } from "../base/clock.ts";
import { buildDemoRepository, demoTrace } from "../emulator/demo/demo-repository.ts";
import { createEmulator, type Emulator } from "../emulator/emulator.ts";
import { locateRepository } from "../emulator/git/locate.ts";
import { openListener } from "../server/listener.ts";
import { openLog } from "../server/log.ts";
import { type RunningServer, startServer } from "../server/start.ts";
import { cloudUrls, selfHostedInstances } from "./emulated-instances.ts";

export interface DemoOptions {
  readonly port: number;
  readonly emulatorPort: number;
  readonly repositories: readonly string[] | undefined;
  readonly autoApprove: string | undefined;
}

/** Both servers, running. */
export interface Demo {
  readonly emulator: Emulator;
  readonly server: RunningServer;
  /** Where the stack trace of the known bug lies. */
  readonly trace: string;
  close(): Promise<void>;
}

/** The server's port is bound first, because the consumer's callback URL holds it. What was opened is closed on failure. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  await using opened = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "windlass-demo-"));
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  const listener = await openListener({ host: "127.0.0.1", port: options.port });
  opened.defer(() => listener.close(0));
  const baseUrl = `http://localhost:${listener.port}`;

  const shop = join(folder, "checkout-api");
  await buildDemoRepository(shop, systemClock().now());
  const emulator = await createEmulator({
    port: options.emulatorPort,
    callbackUrl: `${baseUrl}/auth/bitbucket/callback`,
    repositories: [
      { path: shop, workspace: "acme", slug: "checkout-api" },
      ...(await ownRepositories(options.repositories)),
    ],
    ...(options.autoApprove === undefined ? {} : { autoApprove: options.autoApprove }),
  });
  opened.defer(() => emulator.close());

  const trace = join(folder, "trace.txt");
  writeFileSync(trace, demoTrace);
  const config = demoConfig(emulator, {
    baseUrl,
    port: listener.port,
    database: join(folder, "windlass.db"),
  });
  const server = await startServer(config, {
    log: openLog(config.log.level),
    clock: emulator.clock,
    listener,
  });
  opened.defer(() => server.close());
  const kept = opened.move();
  return { emulator, server, trace, close: () => kept.disposeAsync() };
}

/** The ones that were named, else the one this process stands in, where it stands in one. */
async function ownRepositories(named: readonly string[] | undefined): Promise<{ readonly path: string }[]> {
  if (named !== undefined) return named.map((path) => ({ path }));
  const here = await locateRepository(".").catch(() => null);
  return here === null ? [] : [{ path: "." }];
}

function demoConfig(
  emulator: Emulator,
  place: { readonly baseUrl: string; readonly port: number; readonly database: string },
): Config {
  const [consumer] = emulator.consumers;
  if (consumer === undefined) throw new Error("The demo's seed has no OAuth consumer.");
  return parseConfig({
    baseUrl: place.baseUrl,
    listen: { port: place.port },
    database: place.database,
    log: { level: "warn" },
    // So that a Bitbucket Server can be set up by hand at the emulator.
    network: { allow: ["127.0.0.0/8", "::1"] },
    instances: {
      bitbucket: {
        clientId: consumer.key,
        clientSecret: consumer.secret,
        urls: cloudUrls(emulator),
      },
      ...selfHostedInstances(emulator),
    },
  });
}
