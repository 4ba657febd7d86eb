/** Owns a place where webhooks are delivered: an emulator with one told repository, a receiver, and somebody who pushes. */
import { join } from "node:path";
import { repository } from "../../src/emulator/build/repository.ts";
import { branch, commit, tag } from "../../src/emulator/build/steps.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { git, withUser } from "../clients/plain-git.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { tokensFor } from "./client.ts";
import { callerAt, dataCenterOf } from "./data-center.ts";
import { openReceiver, type Received, type Receiver } from "./receiver.ts";

export const widgets = repository("acme/widgets", [
  ...[1, 2, 3].map((count) =>
    commit({ "a.txt": "line\n".repeat(count) }, { author: "John Doe <user@example.com>" }),
  ),
  branch("old", [commit({ "old.txt": "old\n" })]),
  tag("v1"),
]);

export interface Hooks {
  readonly emulator: Emulator;
  readonly receiver: Receiver;
  /** Calls Cloud below `/2.0` as John, with all scopes of his app. */
  cloud(path: string, init?: RequestInit): Promise<Response>;
  /** Calls the Data Center below `/rest/api/latest` as its administrator of projects. */
  dataCenter(path: string, init?: RequestInit): Promise<Response>;
  /** A clone of the repository that pushes to one of the two. */
  clone(product: "cloud" | "dataCenter"): Promise<(...args: readonly string[]) => Promise<string>>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Hooks of Cloud may go to this machine there. */
export async function placeOfHooks(options: EmulatorOptions = {}): Promise<Hooks> {
  const receiver = await openReceiver();
  const folder = await temporaryFolder();
  const rules = {
    hooksToPrivateAddresses: true,
    ...(typeof options.rules === "object" ? options.rules : {}),
  };
  const emulator = await createEmulator({ repositories: [widgets], ...options, rules });
  const { access_token: token } = await tokensFor(emulator);
  let clones = 0;
  return {
    emulator,
    receiver,
    cloud: (path, init = {}) =>
      fetch(`${emulator.urls.api}/2.0${path}`, {
        ...init,
        headers: {
          authorization: `Bearer ${token}`,
          ...(init.body === undefined ? {} : { "content-type": "application/json" }),
          ...init.headers,
        },
      }),
    dataCenter: (path, init = {}) =>
      callerAt(dataCenterOf(emulator), "johndoe")(`/rest/api/latest${path}`, {
        ...init,
        headers: { "content-type": "application/json", ...init.headers },
      }),
    async clone(product) {
      clones += 1;
      const target = join(folder.path, String(clones));
      await git(".", "clone", "--quiet", addressOf(emulator, product), target);
      return (...args) => git(target, ...args);
    },
    async [Symbol.asyncDispose]() {
      await emulator.close();
      await receiver.close();
      await folder.remove();
    },
  };
}

/** As John at both, so that who did it is a person. */
function addressOf(emulator: Emulator, product: "cloud" | "dataCenter"): string {
  if (product === "dataCenter") {
    const place = dataCenterOf(emulator);
    const password = place.people.find(({ name }) => name === "johndoe")?.password ?? "";
    return withUser(`${place.url}/scm/acme/widgets.git`, "johndoe", password);
  }
  const scopes = ["read:repository:bitbucket", "write:repository:bitbucket"];
  const { token } = emulator.control.addApiToken({ person: "johndoe", scopes });
  return withUser(`${emulator.urls.bitbucket}/acme/widgets.git`, "x-bitbucket-api-token-auth", token);
}

/** A JSON body of what was received, by its keys. */
export function bodyOf<Body>({ body }: Received): Body {
  return JSON.parse(body.toString("utf8")) as Body; // the test says which keys it reads
}

export const json = (body: unknown): RequestInit => ({ method: "POST", body: JSON.stringify(body) });
export const put = (body: unknown): RequestInit => ({ method: "PUT", body: JSON.stringify(body) });
