/** Owns `windlass emulate` as a process of its own, met from the outside: the line it prints and the pages a person sees. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const checkout = fileURLToPath(new URL("../../", import.meta.url));

/** The line `emulate --json` prints when it is ready. */
export interface EmulateLine {
  readonly bitbucket: string;
  /** Without `/2.0`. */
  readonly api: string;
  readonly control: string;
  readonly consumers: readonly {
    readonly key: string;
    readonly secret: string;
    readonly callbackUrl: string;
    readonly scopes: readonly string[];
  }[];
  readonly people: readonly { readonly username: string | null; readonly displayName: string }[];
}

export interface EmulatorProcess extends EmulateLine {
  /** The first consumer, which has the permissions of a sign-in. */
  readonly consumer: EmulateLine["consumers"][number];
  /** Moves the emulator's clock. */
  advance(seconds: number): Promise<void>;
  /** Every request the emulator answered. */
  requests(): Promise<
    readonly { readonly method: string; readonly path: string; readonly grant: string | null }[]
  >;
  /** Everything it printed besides the line. */
  readonly output: readonly string[];
  stop(): Promise<void>;
}

/** Starts it on free ports and waits for its line. */
export async function startEmulator(...args: readonly string[]): Promise<EmulatorProcess> {
  const command = ["src/cli/main.ts", "emulate", "--json", "--port", "0", "--api-port", "0", ...args];
  const child = spawn(process.execPath, command, { cwd: checkout, stdio: ["ignore", "pipe", "pipe"] });
  const output: string[] = [];
  child.stderr.on("data", (chunk) => output.push(String(chunk)));
  const line = await firstLine(child, output);
  // The line is what the documentation promises; the stories check the fields they use.
  const world = JSON.parse(line) as EmulateLine;
  const [consumer] = world.consumers;
  if (consumer === undefined) throw new Error("the emulator has no consumer");
  return {
    ...world,
    consumer,
    output,
    async advance(seconds) {
      await control(world, "/clock", { advanceSeconds: seconds });
    },
    async requests() {
      const answer = await fetch(`${world.control}/requests`);
      const body = (await answer.json()) as { requests: Awaited<ReturnType<EmulatorProcess["requests"]>> };
      return body.requests;
    },
    stop: () => stop(child),
  };
}

async function control({ control: root }: EmulateLine, path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${root}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`control ${path} answered ${answer.status}`);
}

async function firstLine(child: ChildProcess, output: readonly string[]): Promise<string> {
  if (child.stdout === null) throw new Error("no standard output");
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the emulator ended with ${code}: ${output.join("")}`);
  });
  const [line] = await Promise.race([once(lines, "line"), ended]);
  ended.catch(() => {}); // it will end some day, which is no failure after the line
  return String(line);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

/** Somebody at a browser: keeps cookies, fills in the forms of pages with the hidden fields they carry. */
export function personAt(origin: string) {
  const cookies = new Map<string, string>();
  const visit = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(new URL(path, origin), {
      ...init,
      headers: { cookie, ...(init.body === undefined ? {} : { origin }) },
      redirect: "manual",
    });
    for (const set of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (name !== undefined && value !== undefined) cookies.set(name, value);
    }
    return answer;
  };
  return {
    visit,
    /** Opens the page, fills in its form and sends it; the answer is not followed. */
    async fillIn(page: string, fields: readonly [string, string][], action = page): Promise<Response> {
      const csrf = /name="csrf" value="([^"]+)"/.exec(await (await visit(page)).text())?.[1] ?? "";
      return visit(action, {
        method: "POST",
        body: new URLSearchParams([["csrf", csrf], ...fields]),
      });
    },
    /** Logs in by clicking a person's button. */
    async logIn(displayName: string): Promise<void> {
      const page = await (await visit("/account/signin/")).text();
      const button = new RegExp(`name="person" value="([^"]+)">${displayName}<`).exec(page)?.[1];
      if (button === undefined) throw new Error(`nobody is called ${displayName}`);
      await this.fillIn("/account/signin/", [
        ["person", button],
        ["next", "/"],
      ]);
    },
  };
}

export interface ConsumerForm {
  readonly name: string;
  readonly callbackUrl: string;
  /** The ticks, by scope. */
  readonly scopes: readonly string[];
}

/** Adds an OAuth consumer by hand, as an administrator of the workspace does, and reads Key and Secret off the page. */
export async function addConsumerByHand(
  emulator: EmulateLine,
  form: ConsumerForm,
): Promise<{ readonly key: string; readonly secret: string }> {
  const page = "/acme/workspace/settings/api";
  const john = personAt(emulator.bitbucket);
  await john.logIn("John Doe");
  const saved = await john.fillIn(page, [
    ["name", form.name],
    ["callbackUrl", form.callbackUrl],
    ...form.scopes.map((scope) => ["scope", scope] as [string, string]),
  ]);
  if (saved.status !== 303) throw new Error(`the form was answered with ${saved.status}`);
  const card = (await (await john.visit(page)).text()).split(`<h2>${form.name}</h2>`)[1] ?? "";
  const shown = (label: string) => new RegExp(`>${label}</th><td><code>([^<]+)</code>`).exec(card)?.[1] ?? "";
  return { key: shown("Key"), secret: shown("Secret") };
}
