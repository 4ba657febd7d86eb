/** Owns our side: the server as `windlass serve` starts it, over a file. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../src/app/config.ts";
import { openListener } from "../../src/server/listener.ts";
import { openLog } from "../../src/server/log.ts";
import { startServer } from "../../src/server/start.ts";
import { mainClient } from "../../tests/attacks/place.ts";
import { tellBench } from "../served/tell.ts";
import { type AttackedServer, addresses, upstream } from "./told.ts";

const folder = mkdtempSync(join(tmpdir(), "windlass-bench-"));
const listener = await openListener({ host: "127.0.0.1", port: 0 });
const config = parseConfig({
  baseUrl: `http://localhost:${listener.port}`,
  listen: { host: "127.0.0.1", port: listener.port },
  database: join(folder, "windlass.db"),
  key: Buffer.alloc(32, 5).toString("base64"),
  instances: {
    bitbucket: {
      clientId: mainClient.id,
      clientSecret: mainClient.secret,
      urls: { authorize: addresses.authorize, token: addresses.token, api: addresses.api, web: upstream },
    },
  },
});
const server = await startServer(config, { listener, log: openLog("silent", { write: () => {} }) });
tellBench(
  {
    origin: server.url,
    login: "/auth/bitbucket/login",
    callback: "/auth/bitbucket/callback",
    session: "/auth/session",
  } satisfies AttackedServer,
  async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  },
);
