/** Owns the table of rooms: what each folder of `src/` owns, and whom it may know. Bending a rule means editing it here. */

export interface Room {
  /** A room imports from lower floors only. 0 stands apart and imports nothing of ours. */
  readonly floor: number;
  readonly owns: string;
  /**
   * `room`: all of it · `room/path`: that file or folder only · `type room`: its types only.
   * A room's own files are not listed.
   */
  readonly mayImport: readonly string[];
  /** What has no place here, in words. */
  readonly never?: string;
  /** Runs anywhere fetch and WebCrypto run: imports nothing from `node:`, not even by way of others. */
  readonly neutral?: true;
}

const typesOfFloor5 = [
  "type signin",
  "type identity",
  "type connections",
  "type deliveries",
  "type analyses",
  "type doctor",
];

/** What `app` hands out from below floor 5; see docs/decisions/0001-types-the-app-hands-out.md. */
const typesTheAppHandsOut = ["type handshake", "type instances", "type sessions", "type projects"];

export const rooms = {
  base: {
    floor: 1,
    owns: "clock, the error shape, encoding, digests, the secret type, the shape of a log, the one door to the network",
    mayImport: [],
    never: "Bitbucket words",
  },
  ui: {
    floor: 1,
    owns: "layout, parts, icons; `assets.ts` (stylesheet and browser scripts as strings)",
    mayImport: [],
    never: "data access",
    neutral: true,
  },
  bitbucket: {
    floor: 2,
    owns: "what Bitbucket is: instances, descriptors, OAuth, the API client, the profile. Stateless, usable alone",
    mayImport: ["base"],
    never: "storage, `node:`",
    neutral: true,
  },
  sealing: {
    floor: 2,
    owns: "keyring, JWE with context, the key and where it comes from",
    mayImport: ["base"],
    never: "what it seals",
  },
  storage: {
    floor: 2,
    owns: "database, migrations, one file a table. Sealed bytes and hashes only",
    mayImport: ["base"],
    never: "keys",
  },
  catalog: {
    floor: 2,
    owns: "`User` and `Group` entities → whom a profile matches. Pure; sources are handed in",
    mayImport: ["base"],
    never: "network, files",
    neutral: true,
  },
  diff: {
    floor: 2,
    owns: "unified diff bytes → files, hunks, counts. Pure",
    mayImport: ["base"],
    never: "network",
    neutral: true,
  },
  dashboard: {
    floor: 2,
    owns: "a page a file: view model → HTML",
    mayImport: ["ui"],
    never: "anything that can fail",
    neutral: true,
  },
  emulator: {
    floor: 2,
    owns: "the local Bitbucket: Cloud, Data Center and Server, real git behind them, webhooks, control, recordings",
    mayImport: ["ui", "base/clock"],
    never: "`bitbucket` and all above",
  },
  audit: {
    floor: 3,
    owns: "the hash-chained record",
    mayImport: ["storage", "base"],
  },
  budget: {
    floor: 3,
    owns: "calls left per consumer and hour",
    mayImport: ["storage", "base"],
  },
  handshake: {
    floor: 3,
    owns: "to Bitbucket and back, for any purpose: begin, complete",
    mayImport: ["bitbucket", "sealing", "storage", "base"],
    never: "users, sessions",
  },
  instances: {
    floor: 3,
    owns: "which Bitbuckets there are: the configuration's, and those a project has set up",
    mayImport: ["bitbucket", "sealing", "storage", "base"],
    never: "talking to one",
  },
  sessions: {
    floor: 3,
    owns: "cookies and session rows",
    mayImport: ["storage", "base"],
    never: "Bitbucket",
  },
  suspects: {
    floor: 3,
    owns: "stack-trace frames, ranking",
    mayImport: ["bitbucket/api", "diff", "base"],
    never: "storage",
    neutral: true,
  },
  vault: {
    floor: 4,
    owns: "connections' secrets: sealing them, one refresh, handing out",
    mayImport: ["bitbucket", "sealing", "storage", "audit", "budget", "base"],
    never: "who the user is",
  },
  projects: {
    floor: 4,
    owns: "projects, members, rights, API keys",
    mayImport: ["storage", "audit", "base"],
    never: "Bitbucket",
  },
  signin: {
    floor: 5,
    owns: "profile → user: resolvers, rules, session",
    mayImport: ["handshake", "sessions", "bitbucket", "catalog", "sealing", "storage", "audit", "base"],
    never: "`vault`",
  },
  identity: {
    floor: 5,
    owns: "identity tokens: signed statements who is signed in, and the keys that sign them",
    mayImport: ["sealing", "storage", "audit", "base"],
    never: "who that is",
  },
  connections: {
    floor: 5,
    owns: "connections, repositories, health",
    mayImport: ["handshake", "vault", "bitbucket", "storage", "audit", "base"],
    never: "`signin`",
  },
  deliveries: {
    floor: 5,
    owns: "webhook inbox: receive, order, replay, gaps",
    mayImport: ["bitbucket", "storage", "vault", "audit", "base"],
  },
  analyses: {
    floor: 5,
    owns: "runs over connected repositories",
    mayImport: ["suspects", "vault", "budget", "bitbucket", "storage", "diff", "base"],
  },
  doctor: {
    floor: 5,
    owns: "checks with a cure, for CLI and wizard",
    mayImport: ["bitbucket", "vault", "storage", "base"],
  },
  app: {
    floor: 6,
    owns: "typed configuration; the only place that wires",
    mayImport: [
      "base",
      "bitbucket",
      "sealing",
      "storage",
      "catalog",
      "diff",
      "audit",
      "budget",
      "handshake",
      "instances",
      "sessions",
      "suspects",
      "vault",
      "projects",
      "signin",
      "identity",
      "connections",
      "deliveries",
      "analyses",
      "doctor",
    ],
    never: "requests and responses",
  },
  web: {
    floor: 7,
    owns: "routes: `Request` → `Response`",
    mayImport: ["app", "dashboard", "ui", "base", ...typesOfFloor5, ...typesTheAppHandsOut],
    never: "`storage`, `vault`, `bitbucket` directly",
  },
  operator: {
    floor: 7,
    owns: "metrics and health for who runs it, on a listener of their own",
    mayImport: ["app", "ui", "base", "type vault"],
    never: "whose a connection is; anything that changes something",
  },
  library: {
    floor: 8,
    owns: "`createWindlass(config)`: handler, session, `start()`, `close()`",
    mayImport: ["web", "app", "storage/sqlite", "base", ...typesOfFloor5, ...typesTheAppHandsOut],
  },
  adapters: {
    floor: 8,
    owns: "express, fastify, hono, next, node: under 60 lines each. What they go round is known by its shape",
    mayImport: ["type web"],
    never: "`app` internals",
  },
  server: {
    floor: 8,
    owns: "environment and files → config; listen, drain, stop",
    mayImport: ["web", "operator", "app", "storage/sqlite", "base"],
    never: "pages, routes",
  },
  backstage: {
    floor: 9,
    owns: "the shape of Backstage's auth backend: provider factories and resolvers written for it → our configuration",
    mayImport: [
      "app/config",
      "server/backstage-config",
      "catalog/annotations",
      "catalog/references",
      "type catalog",
      "signin/email",
      "type signin",
      "type bitbucket",
      "base",
    ],
    never: "a sign-in of its own",
  },
  cli: {
    floor: 9,
    owns: "one file a command, each loaded only when called",
    mayImport: [
      "server",
      "app",
      "doctor",
      "diff",
      "suspects",
      "emulator",
      "bitbucket/scopes",
      "type bitbucket",
      "storage/upgrade",
      "storage/copy",
      "storage/engine",
      "base",
    ],
    never: "being imported",
  },
  browser: {
    floor: 0,
    owns: "client and React entries; runs in a page",
    mayImport: [],
    never: "anything of the house",
    neutral: true,
  },
} as const satisfies Readonly<Record<string, Room>>;

/** Files of `base` that need Node; every other one is neutral, and only those may be imported by neutral rooms. */
export const baseFilesOfNode: readonly string[] = [
  "base/digest.ts",
  "base/http/connections.ts",
  "base/http/node-door.ts",
  "base/http/proxy.ts",
  "base/http/reach.ts",
  "base/http/special-addresses.ts",
];

/** Names that say a function has no home. */
export const homelessNames: readonly string[] = [
  "utils",
  "util",
  "helpers",
  "helper",
  "common",
  "shared",
  "misc",
];

/** A file's length in lines. Above it, the file owns two things. */
export const longestFile = 400;
