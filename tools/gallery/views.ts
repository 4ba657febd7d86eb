/** Owns the view models that the sample pages are made of: one project and everything that can be seen of it. */
import type { AnalysisView } from "../../src/dashboard/analysis.ts";
import type { ConnectRepositoriesView } from "../../src/dashboard/connect-repositories.ts";
import type { CommitView } from "../../src/dashboard/parts/commits.ts";
import type { ConnectionSummary } from "../../src/dashboard/parts/connection.ts";
import type { Failure } from "../../src/dashboard/parts/failure.ts";
import type { ProgressView } from "../../src/dashboard/parts/progress.ts";
import type { SuspectView } from "../../src/dashboard/parts/suspects.ts";

/** A moment of the samples. */
export const at = (text: string) => new Date(text);

export const signedIn = {
  viewer: { displayName: "John Doe", email: "user@example.com" },
  csrf: "sample-csrf",
};
export const project = { id: "prj_1", name: "Checkout" };
export const instance = { id: "bitbucket", name: "Bitbucket", host: "bitbucket.org" };

export const stale: Failure = {
  code: "vault.reconnect",
  reaction: "stale",
  message: "Bitbucket says that this permission has expired or was revoked.",
  cure: "Reconnect to grant access again. Repositories and analyses stay as they are.",
};

export const forbidden: Failure = {
  code: "bitbucket.forbidden",
  reaction: "refused",
  message: "Bitbucket's permission for this connection does not reach far enough.",
  cure: "Tick “Repositories: Read” on the OAuth consumer in the workspace settings, then reconnect.",
  data: { required: ["repository"], granted: ["account", "email"] },
};

export const notFound: Failure = {
  code: "bitbucket.not_found",
  reaction: "refused",
  message: "There is no repository acme/chekout-api that this account can read.",
  cure: "Look for a typing error in its slug, or for another workspace.",
  data: { suggestion: "acme/checkout-api" },
};

export const connection: ConnectionSummary = {
  id: "con_1",
  instanceId: "bitbucket",
  instanceName: "Bitbucket",
  state: "active",
  kind: "oauth2",
  scopes: ["repository", "account"],
  gitUser: "x-token-auth",
  accountName: "John Doe",
  workspace: "acme",
  repositories: [
    { fullName: "acme/checkout-api", href: "https://bitbucket.org/acme/checkout-api" },
    { fullName: "acme/storefront", href: "https://bitbucket.org/acme/storefront" },
  ],
  lookbackDays: 30,
  connectedAt: at("2026-10-02T09:12:00Z"),
};

const traceText = `TypeError: Cannot read properties of undefined (reading 'price')
    at total (/srv/app/src/cart/total.js:41:23)
    at checkout (/srv/app/src/checkout.js:88:17)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)`;

export const suspects: readonly SuspectView[] = [
  {
    hash: "4f1c9a07b2e84d6f3a5b1c9d7e8f0a1b2c3d4e5f",
    repository: "acme/checkout-api",
    subject: "Apply vouchers before tax, so that the total agrees with the receipt",
    author: "Maria Ruiz",
    date: at("2026-10-30T15:42:00Z"),
    reasons: [
      "changes src/cart/total.js, the top frame of the error",
      "changes 2 of the 2 files the error names",
      "3 days before the end of the window",
    ],
    files: [
      { status: "modified", path: "src/cart/total.js", linesAdded: 34, linesRemoved: 12 },
      { status: "modified", path: "src/checkout.js", linesAdded: 6, linesRemoved: 2 },
    ],
    href: "https://bitbucket.org/acme/checkout-api/commits/4f1c9a07",
  },
  {
    hash: "b8d20e55c1a94f7e8d6c5b4a39281706f5e4d3c2",
    repository: "acme/checkout-api",
    subject: "Move the checkout beside the cart",
    author: "Jun Sato",
    date: at("2026-10-21T08:03:00Z"),
    reasons: ["renames src/checkout.js, the second frame of the error"],
    files: [
      {
        status: "renamed",
        path: "src/checkout.js",
        oldPath: "src/pages/checkout/index.js",
        linesAdded: 3,
        linesRemoved: 3,
      },
    ],
  },
];

const subjects = [
  "Apply vouchers before tax, so that the total agrees with the receipt",
  "Merged in feature/receipts (pull request #214)",
  "Move the checkout beside the cart",
  "Bump dependencies",
  "Draw the receipt with the shop's own address and a very long explanation of why that is necessary here",
  "Remove the old cart",
];

const authors = ["Maria Ruiz", "John Doe", "Jun Sato"];

function commit(position: number): CommitView {
  const added = [34, 0, 3, 812, 57, 0][position % 6] ?? 0;
  const removed = [12, 0, 3, 640, 9, 418][position % 6] ?? 0;
  return {
    hash: `${"4f1c9a07b2e84d6f3a5b1c9d7e8f0a1b2c3d4e5"}${position}`,
    repository: position % 4 === 3 ? "acme/storefront" : "acme/checkout-api",
    subject: subjects[position % 6] ?? "",
    author: authors[position % 3] ?? "",
    date: new Date(at("2026-11-01T17:20:00Z").getTime() - position * 31_000_000),
    isMerge: position % 6 === 1,
    counted: position !== 7,
    linesAdded: added,
    linesRemoved: removed,
    fileCount: position % 6 === 3 ? 212 : 4,
    files: [
      { status: "modified", path: "src/cart/total.js", linesAdded: added, linesRemoved: removed },
      { status: "added", path: "src/receipts/address format.ts", linesAdded: 120, linesRemoved: 0 },
      { status: "removed", path: "src/cart/legacy.js", linesAdded: 0, linesRemoved: 418 },
      {
        status: "renamed",
        path: "assets/images/logo-großes-Bild.png",
        oldPath: "assets/logo.png",
        linesAdded: 0,
        linesRemoved: 0,
      },
    ],
  };
}

export const perDay = Array.from({ length: 30 }, (_, position) => ({
  day: new Date(at("2026-10-04T00:00:00Z").getTime() + position * 86_400_000).toISOString().slice(0, 10),
  commits: [3, 5, 1, 7, 0, 0, 4, 9, 6, 2, 12, 0, 1, 5, 8][position % 15] ?? 0,
}));

export const progress: ProgressView = {
  projectId: "prj_1",
  analysisId: "ana_1",
  state: "done",
  repositories: [
    { fullName: "acme/checkout-api", phase: "done", commitsFound: 118, commitsCounted: 118 },
    { fullName: "acme/storefront", phase: "done", commitsFound: 8, commitsCounted: 8 },
  ],
  calls: 131,
  callsThisHour: 212,
  callLimit: 1000,
  waitingUntil: null,
  waitingBecause: null,
};

export const analysis: AnalysisView = {
  ...signedIn,
  project,
  connection: { id: "con_1", instanceId: "bitbucket", kind: "oauth2", lookbackDays: 30 },
  progress,
  startedAt: at("2026-11-02T14:05:11Z"),
  lookbackDays: 30,
  windowStart: at("2026-10-03T14:05:11Z"),
  windowEnd: at("2026-11-02T14:05:11Z"),
  totals: { commits: 126, files: 341, linesAdded: 12_904, linesRemoved: 4_377 },
  perDay,
  trace: { text: traceText, frames: 2 },
  suspects,
  commits: {
    items: Array.from({ length: 8 }, (_, position) => commit(position)),
    page: 2,
    pages: 5,
    total: 126,
  },
};

export const nothingYet = {
  totals: { commits: 0, files: 0, linesAdded: 0, linesRemoved: 0 },
  perDay: [],
  suspects: [],
  commits: { items: [], page: 1, pages: 1, total: 0 },
};

export const running: ProgressView = {
  ...progress,
  state: "running",
  repositories: [
    { fullName: "acme/checkout-api", phase: "counting", commitsFound: 118, commitsCounted: 71 },
    { fullName: "acme/storefront", phase: "reading", commitsFound: 0, commitsCounted: 0 },
  ],
};

export const choose: ConnectRepositoriesView = {
  ...signedIn,
  project,
  connection: {
    id: "con_1",
    instanceId: "bitbucket",
    kind: "oauth2",
    instanceName: "Bitbucket",
    accountName: "John Doe",
  },
  workspace: { kind: "known", slug: "acme" },
  list: {
    projectId: "prj_1",
    connectionId: "con_1",
    workspace: "acme",
    query: "",
    picked: [{ value: "acme/checkout-api", fullName: "acme/checkout-api", isPrivate: true }],
    found: [
      {
        value: "acme/storefront",
        fullName: "acme/storefront",
        isPrivate: true,
        description: "What the customer sees",
        updatedOn: at("2026-10-29T10:00:00Z"),
      },
      {
        value: "acme/receipts",
        fullName: "acme/receipts",
        isPrivate: false,
        updatedOn: at("2026-08-11T10:00:00Z"),
      },
    ],
    nextPage: "cursor",
  },
  text: "",
  lookbackDays: "30",
  problems: [],
};

/** The same page where repositories lie in projects. */
export const chooseAtDataCenter: ConnectRepositoriesView = {
  ...choose,
  connection: { ...choose.connection, instanceId: "data-center", instanceName: "Bitbucket Data Center" },
  workspace: { kind: "known", slug: "ACME", others: ["WEB", "~jdoe"], word: "project" },
  list: {
    projectId: "prj_1",
    connectionId: "con_1",
    workspace: "ACME",
    query: "",
    picked: [{ value: "ACME/checkout-api", fullName: "ACME/checkout-api", isPrivate: true }],
    found: [{ value: "ACME/storefront", fullName: "ACME/storefront", description: "What the customer sees" }],
    nextPage: null,
  },
};

export const refused: ConnectRepositoriesView = {
  ...choose,
  workspace: { kind: "choose", workspaces: [{ slug: "acme", administrator: true }, { slug: "beta-works" }] },
  list: null,
  text: "acme/chekout-api\nstorefront\nhttps://bitbucket.org/acme/receipts/",
  lookbackDays: "0",
  lookbackProblem: "Enter a number of days from 1 to 3,650.",
  problems: [
    {
      line: 1,
      text: "acme/chekout-api",
      message: "Bitbucket shows this account no such repository.",
      suggestion: "acme/checkout-api",
    },
    { line: 2, text: "storefront", message: "Write the workspace and the repository with a slash between." },
  ],
};

/** The form of an API token, as yet empty. */
export const apiToken = {
  ...signedIn,
  project,
  instance,
  kind: "api-token",
  typed: { login: "", place: "", endsOn: "" },
  problems: {},
  scopes: [
    { name: "read:repository:bitbucket", reason: "to read file contents, commits and branches" },
    { name: "read:user:bitbucket", reason: "to show whose token it is" },
    { name: "read:workspace:bitbucket", reason: "to list your workspaces" },
  ],
} as const;

/** The set-up of a Bitbucket Server that was just begun. */
export const serverSetup = {
  ...signedIn,
  project,
  linkId: "srv_1",
  link: [
    { name: "Consumer Key", value: "windlass-k3V9aQx2" },
    { name: "Consumer Name", value: "Windlass" },
    { name: "Consumer Callback URL", value: "https://windlass.example.com/auth/srv_k3V9aQx2/callback" },
  ],
  publicKey: `-----BEGIN PUBLIC KEY-----\n${"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyLVlZ2mJ3f8c0vX1example\n".repeat(6)}-----END PUBLIC KEY-----\n`,
  typed: { baseUrl: "", ca: "", consumerKey: "windlass-k3V9aQx2", keys: "made", privateKey: "" },
  isNew: true,
  problems: {},
};
