/** Owns `windlass serve`: the server, from a file or from the environment. */
import { parseArgs } from "node:util";
import type { Command } from "../command.ts";
import { configOption, readPort } from "../options.ts";
import { untilStopped } from "../stop.ts";

const help = `windlass serve: the server with its dashboard

Usage: windlass serve [--config FILE] [--host HOST] [--port PORT]

  --config FILE  configuration: windlass.yaml, or Backstage's app-config.yaml; of several, later ones win
                 (default: windlass.yaml where it exists, else the environment)
  --host HOST    address to listen on (default 127.0.0.1)
  --port PORT    port to listen on (default 8000; 0 takes any)

Without a file these variables are read: AUTH_BITBUCKET_CLIENT_ID, AUTH_BITBUCKET_CLIENT_SECRET,
AUTH_BITBUCKET_SCOPE (default: account email), WINDLASS_BASE_URL (default: localhost and the port),
WINDLASS_DATABASE (a file or postgres://…; default: windlass.db), WINDLASS_KEY (default: a key file beside the file).

Register this callback URL on the OAuth consumer: http://localhost:8000/auth/bitbucket/callback

Example: AUTH_BITBUCKET_CLIENT_ID=key AUTH_BITBUCKET_CLIENT_SECRET=secret windlass serve
`;

export const command: Command = {
  name: "serve",
  summary: "the server, on port 8000 unless told",
  help,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { config: configOption, host: { type: "string" }, port: { type: "string" } },
    });
    const listen = { host: values.host, port: readPort(values.port) };
    const { readServerConfig } = await import("../server-config.ts");
    const config = readServerConfig(values.config, listen);
    const [{ openLog }, { startServer }] = await Promise.all([
      import("../../server/log.ts"),
      import("../../server/start.ts"),
    ]);
    const server = await startServer(config, { log: openLog(config.log.level) });
    process.stdout.write(
      `Windlass serves ${server.url} (listening on ${config.listen.host}:${server.port})\n`,
    );
    for (const notice of server.notices) process.stdout.write(`${notice}\n`);
    await untilStopped();
    await server.close();
    return 0;
  },
};
