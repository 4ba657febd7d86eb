/** Owns `windlass emulate`: the local Bitbucket alone, until it is told to stop. */
import { resolve } from "node:path";
import { parseArgs, styleText } from "node:util";
import type { EmulatedDataCenter } from "../../emulator/data-center/instance.ts";
import type { Emulator } from "../../emulator/emulator.ts";
import type { Command } from "../command.ts";
import { emulateOptions as options } from "../emulate-options.ts";
import { emulatorLine, explainEmulator } from "../emulator-line.ts";
import { untilStopped } from "../stop.ts";

const help = `windlass emulate: a local Bitbucket Cloud, Data Center and Server to develop and test against

Usage: windlass emulate [--port PORT] [--api-port PORT] [--repo PATH]... [--seed FILE] [--callback-url URL]
                        [--data-center-port PORT] [--data-center-version VERSION] [--data-center-path PATH]
                        [--server-port PORT] [--server-version VERSION] [--cloud-only]
                        [--rules today|2025] [--rule NAME=VALUE]... [--auto-approve USERNAME]
                        [--record FILE] [--quiet] [--log] [--json]

  --port PORT              port of Cloud's website: authorize, token endpoint, pages, control (default 7990; 0 takes any)
  --api-port PORT          port of Cloud's API (default: the next one; 0 takes any)
  --data-center-port PORT  port of the Data Center (default: the one after the API's; 0 takes any)
  --data-center-version V  default 9.4.2; from 7.20 on it offers OAuth 2
  --data-center-path PATH  its context path (default /bitbucket)
  --server-port PORT       port of the Server (default: the one after the Data Center's; 0 takes any)
  --server-version V       default 7.17.0, which has OAuth 1 only
  --cloud-only             neither Data Center nor Server
  --repo PATH              serve this git repository at each of them; may be repeated; it is only read
  --seed FILE              Cloud's people, workspaces, consumers and repositories as JSON (docs/emulator.md has the
                           schema); Data Center and Server make their projects and repositories of the same
  --callback-url URL       of Cloud's default consumer (default http://localhost:8000/auth/bitbucket/callback)
  --rules 2025             play Bitbucket Cloud as older guides knew it: tokens in query and body, app passwords,
                           refresh tokens that stay, lists across workspaces
  --rule NAME=VALUE        change one rule (docs/emulator.md lists them); may be repeated
  --auto-approve USERNAME  grant every request at once as this person: for tests and benchmarks only
  --record FILE            write all requests and answers to FILE as HAR, every secret masked
  --quiet                  no line for each request on standard error, and none at the end
  --log                    such lines beside --json, too
  --json                   print one line of JSON when ready; "dataCenter" and "server" are in it

Nothing is kept when it ends but the recording. Ctrl-C stops it. Not affiliated with Atlassian.

Example: windlass emulate --repo ~/src/my-service
`;

export const command: Command = {
  name: "emulate",
  summary: "a local Bitbucket Cloud, Data Center and Server alone, to develop and test against",
  help,
  async run(args) {
    const { values } = parseArgs({ args: [...args], options });
    const { startEmulator } = await import("../start-emulator.ts");
    let answered = 0;
    const count = () => {
      answered += 1;
    };
    const emulator = await startEmulator(values, count).catch((error: unknown) => {
      throw explainEmulator(error, "--port, --api-port, --data-center-port and --server-port");
    });
    const stopped = untilStopped();
    const autoApprove = values["auto-approve"];
    process.stdout.write(
      values.json ? `${JSON.stringify(emulatorLine(emulator))}\n` : readable(emulator, values.record),
    );
    if (autoApprove !== undefined) process.stderr.write(warning(autoApprove));
    await stopped;
    await emulator.close();
    if (values.quiet !== true && (values.record !== undefined || values.json !== true))
      process.stderr.write(farewell(answered, values.record));
    return 0;
  },
};

/** What a person wants to know who has just pressed Ctrl-C. */
function farewell(answered: number, record: string | undefined): string {
  const requests = answered === 1 ? "1 request" : `${answered} requests`;
  return `${requests} answered${record === undefined ? "" : `, recorded in ${resolve(record)}`}.\n`;
}

function readable(
  { urls, consumers, people, repositories, accessTokens, dataCenter, server }: Emulator,
  record: string | undefined,
): string {
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
${accessTokens.length === 0 ? "" : `\n  Access tokens (Bearer)\n${accessTokens.map(accessTokenLines).join("\n")}\n`}
  Repositories
    ${repositories.map(({ fullName }) => fullName).join(", ") || none}
${dataCenter === null ? "" : place("Data Center", dataCenter)}${server === null ? "" : place("Server", server)}
${record === undefined ? "" : `  Recording   ${resolve(record)}\n`}
  Nothing of this is kept. Stop with Ctrl-C.

`.replace(/\n{3,}/g, "\n\n");
}

/** A Data Center or Server with what is needed to sign in and to connect. */
function place(
  title: string,
  { url, version, clients, consumers, tokens, people }: EmulatedDataCenter,
): string {
  return `
  ${title.padEnd(11)} ${styleText("bold", url)}   (plays ${version})
${clients.map(({ clientId, clientSecret }) => `    OAuth 2   ${clientId} ${clientSecret}\n`).join("")}${consumers
  .map(({ key, callbackUrl }) => `    OAuth 1   ${key}, callback ${callbackUrl || "none"}\n`)
  .join(
    "",
  )}${tokens.map((token) => `    Token     ${ownerOf(token).padEnd(20)} ${token.token}\n`).join("")}${people
  .map((person) => `    ${person.name.padEnd(21)} password ${person.password}${remark(person)}\n`)
  .join("")}`;
}

function ownerOf({ person, project, repository }: EmulatedDataCenter["tokens"][number]): string {
  return person ?? project ?? repository ?? "";
}

function remark({ active, type, globalPermission }: EmulatedDataCenter["people"][number]): string {
  if (!active) return " (inactive)";
  if (type === "SERVICE") return " (service)";
  return globalPermission === "ADMIN" || globalPermission === "SYS_ADMIN" ? " (administers all of it)" : "";
}

function personLine({
  username,
  nickname,
  emails,
  workspaces,
  appPasswords,
  apiTokens,
}: Emulator["people"][number]): string {
  const primary = emails.find(({ isPrimary }) => isPrimary);
  const mail =
    primary === undefined ? "no e-mail" : `${primary.address}${primary.isConfirmed ? "" : ", not confirmed"}`;
  const places = workspaces.length === 0 ? "in no workspace" : `in ${workspaces.join(", ")}`;
  const password = appPasswords[0] === undefined ? "" : `; app password ${appPasswords[0]}`;
  const tokens = apiTokens.map(
    ({ token, scopes }) => `\n      API token (${scopes.join(" ")})\n      ${token}`,
  );
  return `    ${(username ?? `${nickname} (no username)`).padEnd(20)} ${mail}; ${places}${password}${tokens.join("")}`;
}

function accessTokenLines({
  kind,
  workspace,
  project,
  repository,
  scopes,
  token,
}: Emulator["accessTokens"][number]): string {
  const place = [workspace, project ?? repository].filter((part) => part !== null).join("/");
  return `    ${kind} ${place} (${scopes.join(" ")})\n      ${token}`;
}

function warning(username: string): string {
  const text = `AUTO-APPROVE IS ON: every request for access is granted at once, as ${username}. For tests only.`;
  return `${styleText(["bold", "yellow"], text)}\n`;
}
