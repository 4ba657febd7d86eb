/** Owns `windlass emulate`: the local Bitbucket alone, until it is told to stop. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs, styleText } from "node:util";
import { chooseRules, type Rules, readRule } from "../../emulator/core/rules.ts";
import { readSeed, type Seed } from "../../emulator/core/seed.ts";
import { createEmulator, type Emulator } from "../../emulator/emulator.ts";
import { type Command, UsageError } from "../command.ts";
import { emulatorLine, explainEmulator } from "../emulator-line.ts";
import { readPort } from "../options.ts";
import { untilStopped } from "../stop.ts";

const help = `windlass emulate: a local Bitbucket Cloud to develop and test against

Usage: windlass emulate [--port PORT] [--api-port PORT] [--repo PATH]... [--seed FILE] [--callback-url URL]
                        [--rules today|2025] [--rule NAME=VALUE]... [--auto-approve USERNAME] [--json]

  --port PORT              port of the website: authorize, token endpoint, pages, control (default 7990; 0 takes any)
  --api-port PORT          port of the API (default: the next one; 0 takes any)
  --repo PATH              serve this git repository; may be repeated; it is only read
  --seed FILE              people, workspaces, consumers and repositories as JSON (docs/emulator.md has the schema)
  --callback-url URL       of the default consumer (default http://localhost:8000/auth/bitbucket/callback)
  --rules 2025             play Bitbucket as older guides knew it: tokens in query and body, app passwords,
                           refresh tokens that stay, lists across workspaces
  --rule NAME=VALUE        change one rule (docs/emulator.md lists them); may be repeated
  --auto-approve USERNAME  grant every request at once as this person: for tests and benchmarks only
  --json                   print one line of JSON when ready

Everything is kept in memory. Ctrl-C stops it. Not affiliated with Atlassian.

Example: windlass emulate --repo ~/src/my-service
`;

const options = {
  port: { type: "string" },
  "api-port": { type: "string" },
  repo: { type: "string", multiple: true },
  seed: { type: "string" },
  "callback-url": { type: "string" },
  rules: { type: "string" },
  rule: { type: "string", multiple: true },
  "auto-approve": { type: "string" },
  json: { type: "boolean" },
} as const;

export const command: Command = {
  name: "emulate",
  summary: "the local Bitbucket alone, to develop and test against",
  help,
  async run(args) {
    const { values } = parseArgs({ args: [...args], options });
    const emulator = await start(values).catch((error: unknown) => {
      throw explainEmulator(error, "--port and --api-port");
    });
    const stopped = untilStopped();
    const autoApprove = values["auto-approve"];
    process.stdout.write(values.json ? `${JSON.stringify(emulatorLine(emulator))}\n` : readable(emulator));
    if (autoApprove !== undefined) process.stderr.write(warning(autoApprove));
    await stopped;
    await emulator.close();
    return 0;
  },
};

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];

async function start(values: Values): Promise<Emulator> {
  const callbackUrl = values["callback-url"];
  if (callbackUrl !== undefined && !URL.canParse(callbackUrl))
    throw new UsageError(`--callback-url needs an absolute URL, not ${JSON.stringify(callbackUrl)}.`);
  const port = readPort(values.port) ?? 7990;
  return createEmulator({
    port,
    apiPort: readPort(values["api-port"], "--api-port") ?? (port === 0 ? 0 : port + 1),
    repositories: (values.repo ?? []).map((path) => ({ path })),
    seed: values.seed === undefined ? undefined : readSeedFile(values.seed),
    rules: readRules(values.rules ?? "today", values.rule ?? []),
    callbackUrl,
    autoApprove: values["auto-approve"],
  });
}

/** Undefined for today's rules without a change: a seed's own count then. */
function readRules(bundle: string, changes: readonly string[]): "2025" | Partial<Rules> | undefined {
  if (bundle !== "today" && bundle !== "2025")
    throw new UsageError(`--rules takes today or 2025, not ${JSON.stringify(bundle)}.`);
  const changed = changes.map((change) => {
    const [name = "", ...value] = change.split("=");
    const rule = readRule(name, value.join("="));
    if (typeof rule === "string") throw new UsageError(`${rule}.`);
    return rule;
  });
  if (changed.length === 0) return bundle === "2025" ? bundle : undefined;
  return Object.assign({}, bundle === "2025" ? chooseRules("2025") : {}, ...changed);
}

/** Paths of repositories in a seed are relative to the file. */
function readSeedFile(file: string): Seed {
  const seed = readSeed(readJson(file));
  const folder = dirname(resolve(file));
  const repositories = (seed.repositories ?? []).map((repository) => ({
    ...repository,
    path: resolve(folder, repository.path),
  }));
  return { ...seed, repositories };
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new UsageError(`The seed ${file} cannot be read.`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `The seed ${file} is not JSON: ${error instanceof Error ? error.message : "unreadable"}.`,
    );
  }
}

function readable({ urls, consumers, people, repositories }: Emulator): string {
  const [first] = consumers;
  const none = "none: give some with --repo PATH";
  return `
  Bitbucket   ${styleText("bold", urls.bitbucket)}   (an emulator, not the real one)
  API         ${urls.api}/2.0
  Control     ${urls.control}

  Authorize   ${urls.bitbucket}/site/oauth2/authorize
  Token       ${urls.bitbucket}/site/oauth2/access_token
  Consumers   ${[...new Set(consumers.map(({ workspace }) => `${urls.bitbucket}/${workspace}/workspace/settings/api`))].join(", ")}
${
  first === undefined
    ? ""
    : `
  ${first.name}
    Key       ${first.key}
    Secret    ${first.secret}
    Callback  ${first.callbackUrl || "none"}
    Scopes    ${first.scopes.join(" ")}
`
}
  People (no passwords)
${people.map(personLine).join("\n")}

  Repositories
    ${repositories.map(({ fullName }) => fullName).join(", ") || none}

  Everything is kept in memory. Stop with Ctrl-C.

`;
}

function personLine({
  username,
  nickname,
  emails,
  workspaces,
  appPasswords,
}: Emulator["people"][number]): string {
  const primary = emails.find(({ isPrimary }) => isPrimary);
  const mail =
    primary === undefined ? "no e-mail" : `${primary.address}${primary.isConfirmed ? "" : ", not confirmed"}`;
  const places = workspaces.length === 0 ? "in no workspace" : `in ${workspaces.join(", ")}`;
  const password = appPasswords[0] === undefined ? "" : `; app password ${appPasswords[0]}`;
  return `    ${(username ?? `${nickname} (no username)`).padEnd(20)} ${mail}; ${places}${password}`;
}

function warning(username: string): string {
  const text = `AUTO-APPROVE IS ON: every request for access is granted at once, as ${username}. For tests only.`;
  return `${styleText(["bold", "yellow"], text)}\n`;
}
