/** Owns a Cloud with one repository whose branches wait to be merged, and plain calls about pull requests. */
import type { Rules } from "../../src/emulator/core/rules.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { tokensFor } from "./client.ts";
import { widgets } from "./merge-history.ts";

export const all = "/2.0/repositories/acme/widgets/pullrequests";

export type Call = (method: string, path: string, body?: unknown) => Promise<Response>;

export interface Workshop {
  readonly emulator: Emulator;
  readonly tokens: Readonly<Record<"john" | "jane" | "reader" | "stranger", string>>;
  readonly john: Call;
  readonly jane: Call;
  /** May read. */
  readonly reader: Call;
  /** Has no place in the workspace. */
  readonly stranger: Call;
  readonly nobody: Call;
  callAs(token: string): Call;
  /** Opens one from a branch to main as John; fails unless it is 201. */
  open(from: string, more?: object): Promise<PullRequestAnswer>;
  /** The folder git writes to is told by the branch's commit alone: over the API. */
  tip(branch: string): Promise<string | null>;
}

interface Side {
  readonly branch: { readonly name: string };
  readonly commit: { readonly hash: string };
}

/** The keys the tests read. */
export interface PullRequestAnswer {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly state: string;
  readonly draft: boolean;
  readonly reason: string;
  readonly source: Side;
  readonly destination: Side;
  readonly merge_commit: { readonly hash: string } | null;
  readonly closed_by: { readonly display_name: string } | null;
  readonly comment_count: number;
  readonly updated_on: string;
  readonly reviewers?: readonly { readonly display_name: string }[];
  readonly participants?: readonly {
    readonly user: { readonly display_name: string };
    readonly role: string;
    readonly approved: boolean;
    readonly state: string | null;
  }[];
  readonly links: Readonly<Record<string, { readonly href: string }>>;
}

export async function workshop(rules: Partial<Rules> = {}, isPrivate = true): Promise<Workshop> {
  const emulator = await createEmulator({
    dataCenter: false,
    server: false,
    rules,
    seed: {
      people: [
        {
          username: "johndoe",
          displayName: "John Doe",
          emails: [{ address: "user@example.com", primary: true, confirmed: true }],
        },
        { username: "janeroe", displayName: "Jane Roe" },
        { username: "rita", displayName: "Rita Reader" },
        { username: "sam", displayName: "Sam Solo" },
      ],
      workspaces: [
        { slug: "acme", members: [{ person: "johndoe", administrator: true }, { person: "janeroe" }] },
      ],
      consumers: [
        {
          workspace: "acme",
          name: "App",
          callbackUrl: "http://localhost:3000/cb",
          scopes: ["account", "repository:write", "pullrequest:write"],
        },
      ],
    },
    repositories: [
      {
        ...widgets,
        private: isPrivate,
        permissions: [
          { person: "janeroe", permission: "write" },
          { person: "rita", permission: "read" },
        ],
      },
    ],
  });
  return callersAt(emulator);
}

/** Everybody with a fresh token. */
export async function callersAt(emulator: Emulator): Promise<Workshop> {
  const token = async (name: string) => (await tokensFor(emulator, name)).access_token;
  const tokens = {
    john: await token("John Doe"),
    jane: await token("Jane Roe"),
    reader: await token("Rita Reader"),
    stranger: await token("Sam Solo"),
  };
  const callAs =
    (bearer: string | null): Call =>
    (method, path, body) =>
      fetch(path.startsWith("http") ? path : `${emulator.urls.api}${path}`, {
        method,
        redirect: "manual",
        headers: {
          ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
  const john = callAs(tokens.john);
  return {
    ...{ emulator, tokens, john, callAs, nobody: callAs(null) },
    ...{ jane: callAs(tokens.jane), reader: callAs(tokens.reader), stranger: callAs(tokens.stranger) },
    async open(from, more = {}) {
      const answer = await john("POST", all, {
        title: `Take ${from}`,
        source: { branch: { name: from } },
        ...more,
      });
      if (answer.status !== 201) throw new Error(await answer.text());
      return read(answer);
    },
    async tip(name) {
      const answer = await john("GET", `/2.0/repositories/acme/widgets/refs/branches/${name}`);
      if (answer.status !== 200) return null;
      const { target } = (await answer.json()) as { target: { hash: string } }; // a branch has one
      return target.hash;
    },
  };
}

/** The body of an answer about one pull request. */
export async function read(answer: Response | Promise<Response>): Promise<PullRequestAnswer> {
  return (await answer).json() as Promise<PullRequestAnswer>; // the tests check each key they read
}

/** Any body, by its keys. */
export async function bodyOf(answer: Response | Promise<Response>): Promise<Readonly<Record<string, never>>> {
  return (await answer).json() as Promise<Readonly<Record<string, never>>>; // compared with toMatchObject and toEqual
}
