/** Owns the local Bitbucket as a story meets it: the line `emulate` prints, its control, and the consumer form filled in by hand. */
import { type Running, startWindlass } from "../run-windlass.ts";

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
  readonly people: readonly {
    readonly uuid: string;
    readonly username: string | null;
    readonly displayName: string;
  }[];
}

export interface LocalBitbucket extends EmulateLine {
  /** The first consumer, which has the permissions of a sign-in. */
  readonly consumer: EmulateLine["consumers"][number];
  /** Moves its clock. */
  advance(seconds: number): Promise<void>;
  /** Every request it answered, as the control tells it. */
  requests(): Promise<string>;
  readonly printed: Running<unknown>["printed"];
  readonly stop: Running<unknown>["stop"];
}

/** Starts `emulate --json` on free ports. */
export async function startLocalBitbucket(...args: readonly string[]): Promise<LocalBitbucket> {
  const command = ["emulate", "--json", "--port", "0", "--api-port", "0", ...args];
  const { line, printed, stop } = await startWindlass<EmulateLine>(command);
  const [consumer] = line.consumers;
  if (consumer === undefined) throw new Error("there is no consumer");
  return {
    ...line,
    consumer,
    printed,
    stop,
    advance: async (seconds) => {
      const body = JSON.stringify({ advanceSeconds: seconds });
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${line.control}/clock`, { method: "POST", headers, body });
      if (!answer.ok) throw new Error(`the clock answered ${answer.status}`);
    },
    requests: async () => (await fetch(`${line.control}/requests`)).text(),
  };
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
