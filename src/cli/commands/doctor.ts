/** Owns `windlass doctor`: says what is wrong with the set-up, and which box to tick. */
import { parseArgs, styleText } from "node:util";
import { instancesOf, scopesOf } from "../../app/instances.ts";
import { systemClock } from "../../base/clock.ts";
import { openNodeDoor } from "../../base/http/node-door.ts";
import { examine, type Finding } from "../../doctor/doctor.ts";
import type { Command } from "../command.ts";
import { readServerConfig } from "./serve.ts";

const help = `windlass doctor: checks the set-up and names the cure

Usage: windlass doctor [--config FILE] [--json]

  --config FILE  configuration (default: windlass.yaml where it exists, else the environment, as serve)
  --json         one JSON object: {"findings":[{"instance","check","verdict","sentence","cure"}]}

Checks configuration, whether Bitbucket can be reached, clocks, key and secret, redirect URI, scopes.
Nothing is written, no token is kept. Exit code 0 when no problem was found, else 1.

Example: windlass doctor --config windlass.yaml
`;

const marks: Readonly<Record<Finding["verdict"], string>> = {
  fine: styleText("green", "✓"),
  problem: styleText("red", "✗"),
  unknown: styleText("yellow", "?"),
};

export const command: Command = {
  name: "doctor",
  summary: "checks the set-up and names the cure",
  help,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { config: { type: "string" }, json: { type: "boolean" } },
    });
    const config = readServerConfig(values.config);
    const door = openNodeDoor({ deadlineMilliseconds: 10_000 });
    const findings: (Finding & { readonly instance: string })[] = [];
    for (const instance of instancesOf(config).values()) {
      const redirectUri = `${config.baseUrl}/auth/${instance.id}/callback`;
      const scopes = scopesOf(instance);
      const found = await examine({ instance, fetch: door.fetch, clock: systemClock(), redirectUri, scopes });
      findings.push(...found.map((finding) => ({ instance: instance.id, ...finding })));
    }
    await door.close();
    process.stdout.write(values.json ? `${JSON.stringify({ findings })}\n` : readable(findings));
    return findings.some(({ verdict }) => verdict === "problem") ? 1 : 0;
  },
};

function readable(findings: readonly (Finding & { readonly instance: string })[]): string {
  const lines = findings.map(({ instance, check, verdict, sentence, cure }) => {
    const advice = cure === undefined || verdict === "fine" ? "" : `\n    ${cure}`;
    return `${marks[verdict]} ${instance}, ${check}: ${sentence}${advice}\n`;
  });
  return `✓ configuration: no mistake found\n${lines.join("")}`;
}
