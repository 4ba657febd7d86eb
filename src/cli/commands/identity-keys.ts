/** Owns `windlass identity-keys`: which keys sign identity tokens, the next one now, and one that must not count any more. */
import { parseArgs } from "node:util";
import { type IdentityDesk, requireDesk } from "../../app/identity.ts";
import { type Command, Refusal, UsageError } from "../command.ts";
import { withApp } from "../open-app.ts";
import { configOption } from "../options.ts";
import { printWidth, table } from "../table.ts";

const help = `windlass identity-keys: the keys that sign identity tokens

Usage: windlass identity-keys list [--config FILE] [--json]
       windlass identity-keys rotate [--config FILE] [--json]
       windlass identity-keys withdraw KEYID --yes [--config FILE] [--json]

  list           what /.well-known/jwks.json holds: the key that signs, the next, and former ones until their last token ends
  rotate         makes the next key now; it signs ten minutes later, when everybody has read it. Servers rotate by themselves
  withdraw       from now on what the key has signed is worth nothing here, and at verifiers as soon as they read the keys
                 again (five minutes, for most). Only with --yes: people have to get new tokens

  --config FILE  configuration: windlass.yaml, or Backstage's app-config.yaml; of several, later ones win
                 (default: windlass.yaml where it exists, else the environment)
  --json         one JSON object: list {"keys"}, each {"id","state","signsFrom"}; rotate {"made"}; withdraw {"withdrawn"}

It stands in the record who did what. docs/identity-token.md tells what the tokens are for.

Example: windlass identity-keys withdraw idk_4fT… --yes
`;

const actor = "command line";

type Keys = IdentityDesk["keys"];
type Task = (keys: Keys, json: boolean) => Promise<number>;

export const command: Command = {
  name: "identity-keys",
  summary: "the keys that sign identity tokens: list, rotate, withdraw one",
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { config: configOption, yes: { type: "boolean" }, json: { type: "boolean" } },
      allowPositionals: true,
    });
    const work = readTask(positionals, values.yes ?? false);
    return withApp(values.config, ({ identity }) => work(requireDesk(identity).keys, values.json ?? false));
  },
};

function readTask([task = "", id, ...more]: readonly string[], yes: boolean): Task {
  if (task === "list" || task === "rotate") {
    if (id !== undefined) throw new UsageError(`identity-keys ${task} takes no ${JSON.stringify(id)}.`);
    return task === "list" ? list : rotate;
  }
  if (task !== "withdraw") throw new UsageError("identity-keys needs list, rotate or withdraw.");
  if (id === undefined || more.length > 0)
    throw new UsageError("identity-keys withdraw needs one KEYID, as windlass identity-keys list shows it.");
  if (!yes)
    throw new Refusal(
      "Nothing was done: what this key has signed would be worth nothing at once. Say --yes if that is wanted.",
    );
  return withdraw(id);
}

async function list(keys: Keys, json: boolean): Promise<number> {
  const found = await keys.list();
  const plain = found.map(({ id, state, signsFrom }) => ({ id, state, signsFrom }));
  if (json) process.stdout.write(`${JSON.stringify({ keys: plain })}\n`);
  else if (plain.length === 0) process.stdout.write("There is none yet: the first token makes one.\n");
  else
    process.stdout.write(
      table(
        plain.map(({ id, state, signsFrom }) => [id, state, `signs from ${signsFrom.toISOString()}`]),
        printWidth(process.stdout.columns),
      ),
    );
  return 0;
}

async function rotate(keys: Keys, json: boolean): Promise<number> {
  const made = await keys.rotate(actor);
  process.stdout.write(
    json ? `${JSON.stringify({ made })}\n` : `${made} is published now and signs in ten minutes.\n`,
  );
  return 0;
}

function withdraw(id: string): Task {
  return async (keys, json) => {
    await keys.withdraw(id, actor);
    process.stdout.write(
      json ? `${JSON.stringify({ withdrawn: id })}\n` : `What ${id} has signed is worth nothing any more.\n`,
    );
    return 0;
  };
}
