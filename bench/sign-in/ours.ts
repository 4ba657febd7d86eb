/** Owns our side: the server as `windlass serve` starts it, over a file or a PostgreSQL that waits for its disk. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../src/app/config.ts";
import { openLog } from "../../src/server/log.ts";
import { startServer } from "../../src/server/start.ts";
import { makeDatabase, startPostgres } from "../../tests/storage/postgres-server.ts";
import { tellBench } from "../served/tell.ts";
import { addresses, localhostConsumer, upstream } from "./told.ts";

const place = process.argv[4] === "postgres" ? await makeOnServer() : makeFile();
const config = parseConfig({
  listen: { host: "127.0.0.1", port: 0 },
  database: place.database,
  key: Buffer.alloc(32, 5).toString("base64"),
  instances: {
    bitbucket: {
      clientId: localhostConsumer.id,
      clientSecret: localhostConsumer.secret,
      urls: {
        authorize: addresses.authorize,
        token: addresses.token,
        api: addresses.api,
        web: upstream.site,
      },
    },
  },
  // Everybody comes from one machine here: the checks stay, and find that there is room.
  limits: { perClientPerMinute: 100_000_000, totalPerMinute: 100_000_000 },
});
const server = await startServer(config, { log: openLog(config.log.level) });
tellBench(
  {
    origin: server.url,
    begin: [{ method: "GET", path: "/auth/bitbucket/login" }],
    session: "/auth/session",
    ...("file" in place && { file: place.file }),
  },
  async () => {
    await server.close();
    await place.remove();
  },
);

function makeFile() {
  const folder = mkdtempSync(join(tmpdir(), "windlass-bench-"));
  const file = join(folder, "windlass.db");
  return { database: file, file, remove: async () => rmSync(folder, { recursive: true, force: true }) };
}

async function makeOnServer() {
  const postgres = await startPostgres({ durable: true });
  const { url, drop } = await makeDatabase(postgres);
  return {
    database: url,
    async remove() {
      await drop();
      await postgres.stop();
    },
  };
}
