/** Owns the emulator of the built package as a process of its own, started by the command line as a person starts it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What is used of the line `emulate --json` prints. */
interface Line {
  readonly bitbucket: string;
  readonly api: string;
  readonly consumers: readonly { readonly key: string; readonly secret: string }[];
}

export interface Installed extends Line {
  /** Bytes of the heap after a collection. */
  heap(): Promise<number>;
  stop(): Promise<void>;
}

/** `folder`: where the package is installed. Resolves with its line. */
export async function startInstalled(folder: string, options: readonly string[] = []): Promise<Installed> {
  const main = join(folder, "node_modules", "windlass", "dist", "cli", "main.js");
  const weigh = ["--expose-gc", "--import", fileURLToPath(new URL("./weigh.ts", import.meta.url))];
  const child = spawn(process.execPath, [...weigh, main, ...emulate, ...options], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const line = await firstLine(child);
  return {
    // What `emulate --json` prints is documented.
    ...(JSON.parse(line) as Line),
    async heap() {
      child.send("weigh");
      const [bytes] = await once(child, "message");
      return Number(bytes);
    },
    async stop() {
      const gone = once(child, "exit");
      child.disconnect();
      child.kill("SIGTERM");
      await gone;
    },
  };
}

export const emulate = ["emulate", "--json", "--port", "0"] as const;

/** The first line a process prints. */
export async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("the process has no output");
  const ended = once(child, "exit").then(() => {
    throw new Error("the process ended before it was ready");
  });
  ended.catch(() => undefined);
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), "line"), ended]);
  return String(line);
}

/** A token of John Doe's, by the authorization code grant. */
export async function johnsToken({ bitbucket, consumers }: Line): Promise<string> {
  const { key = "", secret = "" } = consumers[0] ?? {};
  const query = new URLSearchParams({ client_id: key, response_type: "code" });
  const granted = await fetch(`${bitbucket}/site/oauth2/authorize?${query}`, { redirect: "manual" });
  const code = new URL(granted.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const answer = await fetch(`${bitbucket}/site/oauth2/access_token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${key}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: "authorization_code", code }),
  });
  const { access_token: token } = (await answer.json()) as { readonly access_token: string }; // RFC 6749 section 5.1
  return token;
}
