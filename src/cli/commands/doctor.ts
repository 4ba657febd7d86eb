/** Owns `windlass doctor`: says what is wrong with the set-up, and which box to tick. */
import { parseArgs, styleText } from "node:util";
import { isWindlassError } from "../../base/errors.ts";
import type { Finding } from "../../doctor/finding.ts";
import type { SetupFinding } from "../check-setup.ts";
import type { Command } from "../command.ts";
import { configOption } from "../options.ts";

const help = `windlass doctor: checks the set-up and names the cure

Usage: windlass doctor [--config FILE] [--json]

  --config FILE  configuration (default: windlass.yaml where it exists, else the environment, as serve)
  --json         one JSON object: {"ok","problems":[{"path","problem"}],
                 "findings":[{"instance","check","verdict","sentence","cure"}]}; "problems" are the
                 configuration's mistakes, and with any nothing else is checked

Checks configuration, whether Bitbucket can be reached, TLS, clocks, key and secret or the application link, redirect
URI, scopes; of a self-hosted one also base URL, version and what it offers (OAuth 2, OAuth 1.0a, HTTP access tokens).
Nothing is written, no token is kept. Exit code 0 when no problem was found, 1 when one was, 2 when the configuration
has mistakes.

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
      options: { config: configOption, json: { type: "boolean" } },
    });
    const { checkSetup } = await import("../check-setup.ts");
    try {
      const findings = await checkSetup(values.config);
      const ok = findings.every(({ verdict }) => verdict !== "problem");
      process.stdout.write(values.json ? asJson({ ok, problems: [], findings }) : readable(findings));
      return ok ? 0 : 1;
    } catch (error) {
      if (!values.json || !isWindlassError(error, "app.config_invalid")) throw error;
      process.stdout.write(asJson({ ok: false, problems: error.data.problems, findings: [] }));
      return 2;
    }
  },
};

interface Result {
  readonly ok: boolean;
  /** Mistakes of the configuration, each with `path` and `problem`. */
  readonly problems: unknown;
  readonly findings: readonly SetupFinding[];
}

function asJson(result: Result): string {
  return `${JSON.stringify(result)}\n`;
}

function readable(findings: readonly SetupFinding[]): string {
  const width = Math.max(0, ...findings.map(({ check }) => check.length));
  const groups = [...Map.groupBy(findings, ({ instance }) => instance)].map(([instance, its]) => {
    const lines = its.map(({ check, verdict, sentence, cure }) => {
      const advice = cure === undefined || verdict === "fine" ? "" : `\n    ${" ".repeat(width)}  ${cure}`;
      return `  ${marks[verdict]} ${check.padEnd(width)}  ${sentence}${advice}\n`;
    });
    return `\n${styleText("bold", instance)}\n${lines.join("")}`;
  });
  return `${marks.fine} configuration: no mistake found\n${groups.join("")}\n${closing(findings)}\n`;
}

function closing(findings: readonly SetupFinding[]): string {
  const problems = findings.filter(({ verdict }) => verdict === "problem").length;
  if (problems === 0) return "No problem found.";
  return problems === 1 ? "One problem found." : `${problems} problems found.`;
}
