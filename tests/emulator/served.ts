/** Owns an emulator that serves a few histories, a person's access token for it, and git as the truth to compare with. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { gitEnvironment } from "../git-environment.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { authorize, firstConsumer, requestToken } from "./client.ts";

/** The keys the tests read; which of them an answer has depends on its route, and the tests find out. */
export interface Answer {
  readonly type: string;
  readonly name: string;
  readonly slug: string;
  readonly full_name: string;
  readonly uuid: string;
  readonly hash: string;
  readonly date: string;
  readonly message: string;
  readonly path: string;
  readonly escaped_path: string;
  readonly attributes: readonly string[];
  readonly size: number;
  readonly page: number;
  readonly pagelen: number;
  readonly next?: string;
  readonly previous?: string;
  readonly values: readonly Answer[];
  readonly mainbranch: Answer | null;
  readonly workspace: Answer;
  readonly owner: Answer;
  readonly commit: Answer;
  readonly parents: readonly Answer[];
  readonly author: { readonly raw: string; readonly user?: object };
  readonly links: { readonly self: { readonly href: string }; readonly clone: readonly object[] };
  readonly lines_added: number;
  readonly lines_removed: number;
  readonly old: Answer | null;
  readonly new: Answer | null;
}

export interface Served {
  readonly emulator: Emulator;
  /** Where the history of a slug lies on disk. */
  folderOf(slug: string): string;
  /** `path` begins behind `/2.0`, or is a whole URL, as `next` is. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** As fetch, parsed; fails unless the status is 200. */
  json(path: string, init?: RequestInit): Promise<Answer>;
  /** The `values` of all pages. */
  all(path: string): Promise<readonly Answer[]>;
  stop(): Promise<void>;
}

/** Builds each history in a folder of its own and serves it as `acme/SLUG` to John Doe, over HTTP. */
export async function serve(
  histories: Readonly<Record<string, (folder: string) => Promise<void>>>,
): Promise<Served> {
  const folder = await temporaryFolder();
  const folderOf = (slug: string) => join(folder.path, slug);
  for (const [slug, build] of Object.entries(histories)) await build(folderOf(slug));
  const emulator = await createEmulator({
    autoApprove: "johndoe",
    repositories: Object.keys(histories).map((slug) => ({ path: folderOf(slug), workspace: "acme", slug })),
  });
  const token = await accessToken(emulator, emulator.consumers[0]?.scopes ?? []);

  const call = (path: string, init: RequestInit = {}) =>
    fetch(path.startsWith("http") ? path : `${emulator.urls.api}/2.0${path}`, {
      redirect: "manual",
      ...init,
      headers: { Authorization: `Bearer ${token}`, ...init.headers },
    });
  const json = async (path: string, init?: RequestInit) => {
    const answer = await call(path, init);
    const body = await answer.text();
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${body}`);
    return JSON.parse(body);
  };

  return {
    emulator,
    folderOf,
    fetch: call,
    json,
    async all(path) {
      const values: Answer[] = [];
      for (let next: string | undefined = path; next !== undefined; ) {
        const page: Answer = await json(next);
        values.push(...page.values);
        next = page.next;
      }
      return values;
    },
    async stop() {
      await emulator.close();
      await folder.remove();
    },
  };
}

/** Walks the authorization code grant as the person who approves everything. */
export async function accessToken(emulator: Emulator, scopes: readonly string[]): Promise<string> {
  const asked = { client_id: firstConsumer(emulator).key, scope: scopes.join(" ") };
  const authorized = await authorize(emulator, asked);
  const code = new URL(authorized.headers.get("Location") ?? "").searchParams.get("code") ?? "";
  const answer = await requestToken(emulator, { grant_type: "authorization_code", code });
  const { access_token: token } = (await answer.json()) as { access_token: string }; // RFC 6749 section 5.1
  return token;
}

/** What plain git prints in a folder, untouched by this machine's configuration. */
export function git(folder: string, ...args: readonly string[]): Buffer {
  return execFileSync("git", ["-C", folder, ...args], {
    env: gitEnvironment,
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 256 * 1024 * 1024,
  });
}

/** The lines plain git prints. */
export function gitLines(folder: string, ...args: readonly string[]): readonly string[] {
  return git(folder, ...args)
    .toString("latin1")
    .split("\n")
    .filter(Boolean);
}

/** Every commit with its first parent, or the empty tree for a first commit. */
export function commitPairs(folder: string): readonly { readonly hash: string; readonly base: string }[] {
  return gitLines(folder, "log", "--all", "--format=%H %P").map((line) => {
    const [hash = "", parent = ""] = line.split(" ");
    return { hash, base: parent === "" ? "4b825dc642cb6eb9a060e54bf8d69288fbee4904" : parent };
  });
}

/** The bytes of the path a link of `src` ends with, one character a byte. */
export function pathOfLink(href: string): string {
  const encoded = new URL(href).pathname.split("/").slice(7).join("/");
  return encoded.replaceAll(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
