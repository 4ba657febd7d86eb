/** Owns `windlass demo`: a local Bitbucket, the server beside it, real git repositories, and nothing to set up. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, styleText } from "node:util";
import { type Config, parseConfig } from "../../app/config.ts";
import { systemClock } from "../../base/clock.ts";
import { buildDemoRepository, demoTrace } from "../../emulator/demo/demo-repository.ts";
import { createEmulator, type Emulator } from "../../emulator/emulator.ts";
import { locateRepository } from "../../emulator/git/locate.ts";
import { openListener } from "../../server/listener.ts";
import { openLog } from "../../server/log.ts";
import { type RunningServer, startServer } from "../../server/start.ts";
import type { Command } from "../command.ts";
import { emulatorLine, explainEmulator } from "../emulator-line.ts";
import { readPort } from "../options.ts";
import { untilStopped } from "../stop.ts";

const help = `windlass demo: sign in, connect a repository and find a culprit, with nothing to set up

Usage: windlass demo [--repo PATH]... [--port PORT] [--emulator-port PORT] [--auto-approve USERNAME] [--json]

  --repo PATH              serve this git repository too (default: the one you stand in); it is only read
  --port PORT              port of the server (default 8000; 0 takes any)
  --emulator-port PORT     port of the local Bitbucket (default 7990; 0 takes any)
  --auto-approve USERNAME  answer Bitbucket's pages by itself as this person: for tests and benchmarks only
  --json                   one line: the emulator's, plus "server" and "trace"

Starts the emulator and the server on the emulator's clock. Everything is kept in a folder of its own that is
deleted at the end. Ctrl-C stops it.

Example: windlass demo --repo ~/src/my-service
`;

export const command: Command = {
  name: "demo",
  summary: "a local Bitbucket, the server and real git repositories, ready to try",
  help,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        repo: { type: "string", multiple: true },
        port: { type: "string" },
        "emulator-port": { type: "string" },
        "auto-approve": { type: "string" },
        json: { type: "boolean" },
      },
    });
    const demo = await startDemo({
      port: readPort(values.port) ?? 8000,
      emulatorPort: readPort(values["emulator-port"], "--emulator-port") ?? 7990,
      repositories: values.repo,
      autoApprove: values["auto-approve"],
    }).catch((error: unknown) => {
      throw explainEmulator(error, "--emulator-port");
    });
    process.stdout.write(
      values.json ? `${JSON.stringify(machineLine(demo))}\n` : readable(demo, values["auto-approve"]),
    );
    await untilStopped();
    await demo.close();
    return 0;
  },
};

interface DemoOptions {
  readonly port: number;
  readonly emulatorPort: number;
  readonly repositories: readonly string[] | undefined;
  readonly autoApprove: string | undefined;
}

interface Demo {
  readonly emulator: Emulator;
  readonly server: RunningServer;
  /** Where the stack trace of the known bug lies. */
  readonly trace: string;
  close(): Promise<void>;
}

/** The server's port is bound first, because the consumer's callback URL holds it. What was opened is closed on failure. */
async function startDemo(options: DemoOptions): Promise<Demo> {
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
  const { bitbucket, api } = emulator.urls;
  return parseConfig({
    baseUrl: place.baseUrl,
    listen: { port: place.port },
    database: place.database,
    log: { level: "warn" },
    instances: {
      bitbucket: {
        clientId: consumer.key,
        clientSecret: consumer.secret,
        urls: {
          authorize: `${bitbucket}/site/oauth2/authorize`,
          token: `${bitbucket}/site/oauth2/access_token`,
          api: `${api}/2.0`,
          web: bitbucket,
        },
      },
    },
  });
}

function machineLine({ emulator, server, trace }: Demo): object {
  return { ...emulatorLine(emulator), server: server.url, trace };
}

function readable({ emulator, server, trace }: Demo, autoApprove: string | undefined): string {
  const names = emulator.repositories.map(({ fullName }) => fullName);
  return `
  Windlass      ${styleText("bold", server.url)}
  Bitbucket     ${emulator.urls.bitbucket}   (local, not the real one)

  1. Open ${server.url} and press "Sign in with Bitbucket". Log in as johndoe: no password is asked.
  2. Make a project, connect Bitbucket, tick a repository:
     ${names.join(", ")}
  3. Run the analysis with the stack trace of a known bug in acme/checkout-api:
     ${trace}
${autoApprove === undefined ? "" : `\n  Bitbucket's pages are answered by themselves as ${autoApprove}: anybody who opens them is signed in.\n`}
  Everything is deleted when you stop it with Ctrl-C.

`;
}
