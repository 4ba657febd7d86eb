#!/usr/bin/env node
/** Owns the command line's entry: finds the command, loads it, turns failures into one sentence and an exit code. */
import { enableCompileCache } from "node:module";
import { isWindlassError, type WindlassError } from "../base/errors.ts";
import { type Command, Refusal, UsageError } from "./command.ts";

/** Every command, in the order of the help text. A command's module is loaded only when it is called. */
const commands: Readonly<
  Record<string, { readonly summary: string; load(): Promise<{ command: Command }> }>
> = {
  demo: {
    summary: "a local Bitbucket, the server and real git repositories, ready to try",
    load: () => import("./commands/demo.ts"),
  },
  serve: {
    summary: "the server, on port 8000 unless told",
    load: () => import("./commands/serve.ts"),
  },
  emulate: {
    summary: "a local Bitbucket Cloud, Data Center and Server alone, to develop and test against",
    load: () => import("./commands/emulate.ts"),
  },
  migrate: {
    summary: "prepares the database for this version, and moves it from SQLite to PostgreSQL",
    load: () => import("./commands/migrate.ts"),
  },
  doctor: {
    summary: "checks configuration, reachability, TLS, clock, redirect URI and scopes, and names the cure",
    load: () => import("./commands/doctor.ts"),
  },
  keys: {
    summary: "the keys that seal tokens: status, rotate, give up a lost one",
    load: () => import("./commands/keys.ts"),
  },
  connections: {
    summary: "the connections there are, with state and account",
    load: () => import("./commands/connections.ts"),
  },
  token: {
    summary: "a connection's access token on standard output",
    load: () => import("./commands/token.ts"),
  },
  "api-keys": {
    summary: "keys for programs that ask for tokens: make, list, revoke",
    load: () => import("./commands/api-keys.ts"),
  },
  sessions: {
    summary: "who is signed in: list, end one session or all of a person's",
    load: () => import("./commands/sessions.ts"),
  },
  config: {
    summary: "check: every mistake of the configuration; show: what is in force, secrets masked",
    load: () => import("./commands/config.ts"),
  },
  "identity-keys": {
    summary: "the keys that sign identity tokens: list, rotate, withdraw one",
    load: () => import("./commands/identity-keys.ts"),
  },
  rules: {
    summary: "who may come in: list the rules and the places they mean, unpin one",
    load: () => import("./commands/rules.ts"),
  },
  audit: {
    summary: "the record of what happened: verify that it is whole, list it",
    load: () => import("./commands/audit.ts"),
  },
  scopes: {
    summary: "Bitbucket's permissions, with the name of each tick, and the fewest for a purpose",
    load: () => import("./commands/scopes.ts"),
  },
  suspects: {
    summary: "a stack trace in, the commits that may have caused it out",
    load: () => import("./commands/suspects.ts"),
  },
  diffstat: {
    summary: "unified diff on standard input → added, removed and path of each file",
    load: () => import("./commands/diffstat.ts"),
  },
};

const width = Math.max(...Object.keys(commands).map((name) => name.length));
const help = `windlass: sign in with Bitbucket, keep an app connected to it, find the commit behind an error

Usage: windlass COMMAND [OPTIONS]

Commands:
${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  .join("\n")}

windlass COMMAND --help shows a command's options and an example.
Example: windlass demo

Exit codes: 0 fine, 1 refused or found a problem, 2 wrong use.
Not affiliated with Atlassian.
`;

// What a command loads is compiled once, not at each start; where no cache can be kept, nothing is different.
enableCompileCache();
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) return complain("A command is missing. Run windlass --help for the list.", 2);
  if (name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(help);
    return 0;
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined)
    return complain(`There is no command ${JSON.stringify(name)}. Run windlass --help for the list.`, 2);
  try {
    const { command } = await entry.load();
    if (rest.includes("--help") || rest.includes("-h")) {
      process.stdout.write(command.help);
      return 0;
    }
    return await command.run(rest);
  } catch (error) {
    return explain(name, error);
  }
}

/** One sentence for a failure that has one; the whole stack only for a defect of ours. */
function explain(name: string, error: unknown): number {
  if (error instanceof UsageError)
    return complain(`${error.message} Run windlass ${name} --help for its options.`, 2);
  if (hasCode(error, "EPIPE")) return 0; // whoever reads has read enough, as `head` does
  if (error instanceof Refusal) return complain(error.message, 1);
  if (isParseArgsError(error))
    return complain(`${error.message.split(". ")[0]}. Run windlass ${name} --help for its options.`, 2);
  // A file or variable written wrongly is wrong use, as an option would be.
  if (isWindlassError(error, "app.config_invalid")) return complain(operatorSentence(error), 2);
  if (isWindlassError(error)) return complain(operatorSentence(error), 1);
  if (error instanceof Error) return complain(error.stack ?? error.message, 1);
  return complain(String(error), 1);
}

/** Who runs the command line is the operator: the detail is theirs too. */
function operatorSentence({ message, cure, detail, code }: WindlassError): string {
  return `${message} ${cure}${detail === undefined ? "" : ` (${detail})`} [${code}]`;
}

/** What `node:util` parseArgs throws for options it does not know. */
function isParseArgsError(error: unknown): error is Error {
  return hasCode(error, "ERR_PARSE_ARGS");
}

function hasCode(error: unknown, beginning: string): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith(beginning);
}

function complain(sentence: string, exitCode: number): number {
  process.stderr.write(`windlass: ${sentence}\n`);
  return exitCode;
}
