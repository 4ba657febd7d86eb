/** Owns `windlass demo`: a local Bitbucket, the server beside it, real git repositories, and nothing to set up. */
import { parseArgs, styleText } from "node:util";
import type { Command } from "../command.ts";
import { emulatorLine, explainEmulator } from "../emulator-line.ts";
import { readPort } from "../options.ts";
import type { Demo } from "../start-demo.ts";
import { untilStopped } from "../stop.ts";

const help = `windlass demo: sign in, connect a repository and find a culprit, with nothing to set up

Usage: windlass demo [--repo PATH]... [--port PORT] [--emulator-port PORT] [--auto-approve USERNAME] [--json]

  --repo PATH              serve this git repository too (default: the one you stand in); it is only read
  --port PORT              port of the server (default 8000; 0 takes any)
  --emulator-port PORT     port of the local Bitbucket Cloud (default 7990; 0 takes any); its API, the
                           Data Center and the Server take any that are free
  --auto-approve USERNAME  answer Bitbucket's pages by itself as this person: for tests and benchmarks only
  --json                   one line: the emulator's, plus "server" (the address of Windlass) and "trace";
                           the emulated Bitbucket Server is "bitbucketServer" here

Starts the emulator (Bitbucket Cloud, Data Center and Server) and Windlass on the emulator's clock. Everything is kept in a folder of its own that is
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
    const options = {
      port: readPort(values.port) ?? 8000,
      emulatorPort: readPort(values["emulator-port"], "--emulator-port") ?? 7990,
      repositories: values.repo,
      autoApprove: values["auto-approve"],
    };
    // From here on there is a folder to delete, also when the demo is stopped before it is up.
    const stopped = untilStopped();
    const { startDemo } = await import("../start-demo.ts");
    const demo = await startDemo(options).catch((error: unknown) => {
      throw explainEmulator(error, "--emulator-port");
    });
    process.stdout.write(
      values.json ? `${JSON.stringify(machineLine(demo))}\n` : readable(demo, values["auto-approve"]),
    );
    await stopped;
    await demo.close();
    return 0;
  },
};

/** `server` has been our own address since before there was a Bitbucket Server here: that one is `bitbucketServer`. */
function machineLine({ emulator, server, trace }: Demo): object {
  return {
    ...emulatorLine(emulator),
    bitbucketServer: emulator.server,
    server: server.url,
    trace,
  };
}

function readable({ emulator, server, trace }: Demo, autoApprove: string | undefined): string {
  const names = emulator.repositories.map(({ fullName }) => fullName);
  return `
  Windlass      ${styleText("bold", server.url)}
  Bitbucket     ${emulator.urls.bitbucket}   (local, not the real one)
  Data Center   ${emulator.dataCenter?.url}   ${emulator.dataCenter?.version}
  Server        ${emulator.server?.url}   ${emulator.server?.version}

  1. Open ${server.url} and press "Sign in with Bitbucket". Log in as johndoe: no password is asked.
  2. Make a project, connect Bitbucket, tick a repository:
     ${names.join(", ")}
  3. Run the analysis with the stack trace of a known bug in acme/checkout-api:
     ${trace}
${autoApprove === undefined ? "" : `\n  Bitbucket's pages are answered by themselves as ${autoApprove}: anybody who opens them is signed in.\n`}
  Everything is deleted when you stop it with Ctrl-C.

`;
}
