/** Owns `windlass token`: a connection's access on standard output, for a script. */
import { parseArgs } from "node:util";
import { type Command, UsageError } from "../command.ts";
import { withApp } from "../open-app.ts";
import { configOption } from "../options.ts";

const help = `windlass token: a connection's access token, renewed first when it has to be

Usage: windlass token CONNECTION [--minimum-seconds N] [--config FILE] [--json]

  --minimum-seconds N  the token has to live that long at least (default: any time)
  --config FILE        configuration: windlass.yaml, or Backstage's app-config.yaml; of several, later ones win
                       (default: windlass.yaml where it exists, else the environment)
  --json               one JSON object: {"accessToken","tokenType","expiresAt","login","gitUser"}

Standard output holds the token and nothing else; everything else goes to standard error. With "tokenType":"Basic",
"login" goes before the token. The ids are in windlass connections. Each hand-out is on record: windlass audit list.

Example: curl -H "Authorization: Bearer $(windlass token con_2yY0cVtTXaYeSbqs)" https://api.bitbucket.org/2.0/user
`;

export const command: Command = {
  name: "token",
  summary: "a connection's access token on standard output",
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        config: configOption,
        "minimum-seconds": { type: "string" },
        json: { type: "boolean" },
      },
      allowPositionals: true,
    });
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0) throw new UsageError("token needs the id of one connection.");
    const minimumSeconds = readSeconds(values["minimum-seconds"]);
    return withApp(values.config, async ({ connections }) => {
      const handed = await connections.token(id, { minimumSeconds, caller: "command line" });
      const { accessToken, expiresAt, login, gitUser } = handed;
      const tokenType = login === null ? "Bearer" : "Basic";
      const answer = { accessToken: accessToken.reveal(), tokenType, expiresAt, login, gitUser };
      process.stdout.write(values.json ? `${JSON.stringify(answer)}\n` : `${answer.accessToken}\n`);
      return 0;
    });
  },
};

function readSeconds(text: string | undefined): number {
  if (text === undefined) return 0;
  if (/^\d{1,8}$/.test(text)) return Number(text);
  throw new UsageError(`--minimum-seconds needs a whole number of seconds, not ${JSON.stringify(text)}.`);
}
