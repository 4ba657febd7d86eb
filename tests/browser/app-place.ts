/** Owns an application with Windlass in it: pages of its own, and the library behind them at the same origin. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { silentLog } from "../../src/base/log.ts";
import { cloudUrls } from "../../src/cli/emulated-instances.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { type ConfigInput, createWindlass } from "../../src/library/index.ts";

export interface AppPlace {
  readonly emulator: Emulator;
  readonly url: string;
  /** How often the server was asked who is signed in. */
  readonly asked: () => number;
  close(): Promise<void>;
}

/** A file of the application's own. */
export interface AppFile {
  readonly type: string;
  readonly body: string;
}

/** As strict as an application can be: nothing inline, no style but a file's. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:";

/** `files` are the application's own, by path; Windlass answers everything else. Its time is the emulator's. */
export async function openAppPlace(
  files: Readonly<Record<string, AppFile>>,
  more: Partial<ConfigInput> = {},
): Promise<AppPlace> {
  let asked = 0;
  let handle: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });
  const answer = async (request: Request) => {
    const { pathname } = new URL(request.url);
    const file = files[pathname];
    if (pathname === "/auth/session") asked += 1;
    if (file === undefined) return handle(request);
    return new Response(file.body, {
      headers: { "content-type": file.type, "content-security-policy": policy },
    });
  };
  const server = createServer(getRequestListener(answer, { overrideGlobalObjects: false }));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`; // of a TCP server that listens
  const emulator = await createEmulator({ callbackUrl: `${url}/auth/bitbucket/callback` });
  const windlass = await createWindlass(configFor(emulator, url, more), {
    clock: emulator.clock,
    log: silentLog,
  });
  handle = windlass.handler;
  return {
    emulator,
    url,
    asked: () => asked,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await windlass.close();
      await emulator.close();
    },
  };
}

function configFor(emulator: Emulator, baseUrl: string, more: Partial<ConfigInput>): ConfigInput {
  const consumer = emulator.consumers.find(({ isPrivate }) => isPrivate);
  return {
    baseUrl,
    database: ":memory:",
    instances: {
      bitbucket: {
        clientId: consumer?.key ?? "",
        clientSecret: consumer?.secret ?? "",
        scopes: ["account"],
        urls: cloudUrls(emulator),
      },
    },
    ...more,
  };
}
