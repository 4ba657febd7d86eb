/** Owns the emulator of a benchmark: in a process of its own, so that it and what is measured do not share a thread. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../src/base/clock.ts";
import type { LocalBitbucket } from "../../tests/flows/analysis-workshop.ts";

const checkout = fileURLToPath(new URL("../../", import.meta.url));

export interface EmulatorProcess extends LocalBitbucket {
  readonly pid: number | undefined;
  /** Opens acme's repositories. */
  readonly accessToken: string;
  stop(): Promise<void>;
}

interface AccessTokens {
  readonly accessTokens: readonly { readonly token: string }[];
}

/** Serves each repository as `acme/<folder name>` and grants everything to John Doe. */
export async function startEmulator(...repositories: readonly string[]): Promise<EmulatorProcess> {
  const repos = repositories.flatMap((path) => ["--repo", path]);
  const options = ["--json", "--port", "0", "--api-port", "0", "--auto-approve", "johndoe", ...repos];
  const child = spawn(process.execPath, ["src/cli/main.ts", "emulate", ...options], {
    cwd: checkout,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, "exit").then(() => {
    throw new Error("the emulator ended before it was ready");
  });
  const [line] = await Promise.race([once(lines, "line"), ended]);
  ended.catch(() => {});
  // What `emulate --json` prints is documented; these fields are all that is used.
  const told = JSON.parse(String(line)) as LocalBitbucket["urls"] & LocalBitbucket & AccessTokens;
  const { bitbucket, api, consumers, accessTokens } = told;
  return {
    pid: child.pid,
    clock: { ...systemClock(), advance() {} },
    urls: { bitbucket, api },
    consumers,
    accessToken: accessTokens[0]?.token ?? "",
    async stop() {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}
