/** Owns a sample of every page of the dashboard: what the gallery draws and the tests read. */
import { accountPage } from "../../src/dashboard/account.ts";
import { adminSessionsPage } from "../../src/dashboard/admin-sessions.ts";
import { analysisPage } from "../../src/dashboard/analysis.ts";
import { deleteProjectPage, disconnectPage } from "../../src/dashboard/confirm.ts";
import { connectChoosePage } from "../../src/dashboard/connect-choose.ts";
import { connectCredentialPage } from "../../src/dashboard/connect-credential.ts";
import { connectPermissionsPage } from "../../src/dashboard/connect-permissions.ts";
import { connectRepositoriesPage } from "../../src/dashboard/connect-repositories.ts";
import { errorPage } from "../../src/dashboard/error.ts";
import { guidePage } from "../../src/dashboard/guide.ts";
import { projectPage } from "../../src/dashboard/project.ts";
import { projectsPage } from "../../src/dashboard/projects.ts";
import { serverSetupPage, setupErrorPage } from "../../src/dashboard/server-setup.ts";
import { signInPage } from "../../src/dashboard/sign-in.ts";
import { signInWindowPage } from "../../src/dashboard/sign-in-window.ts";
import { unlinkPage } from "../../src/dashboard/unlink.ts";
import { healthPage } from "../../src/operator/page.ts";
import { type Html, raw } from "../../src/ui/html.ts";
import { cloudIdentity, oneAccount, severalAccounts } from "./account-views.ts";
import {
  anotherPerson,
  brokenReport,
  calmReport,
  doubtfulReport,
  lookedAfter,
  silentReport,
} from "./operator-views.ts";
import { everybodys, johns, sessions } from "./session-views.ts";
import {
  analysis,
  apiToken,
  at,
  choose,
  chooseAtDataCenter,
  connection,
  forbidden,
  instance,
  notFound,
  nothingYet,
  perDay,
  progress,
  project,
  refused,
  running,
  serverSetup,
  signedIn,
  stale,
  suspects,
} from "./views.ts";

/** A page with its view model; `withTexts` gives the same page with each text of the model put through a function. */
export interface Sample {
  readonly html: () => Html;
  readonly withTexts: (change: (text: string) => string) => Html;
}

/** Fields that hold a word of a closed list, not a text. */
const words = new Set(["kind", "state", "phase", "status", "tone"]);

function changeTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((each) => changeTexts(each, change));
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  const entries = Object.entries(value).map(([key, each]) => [
    key,
    words.has(key) ? each : changeTexts(each, change),
  ]);
  return Object.fromEntries(entries);
}

function sample<View>(page: (view: View) => Html, view: View): Sample {
  // Only texts are changed, and each into another text: the shape stays that of the view.
  return {
    html: () => page(view),
    withTexts: (change) => page(changeTexts(view, change) as View),
  };
}

/** A page by the name its picture gets. */
export const samples: Readonly<Record<string, Sample>> = {
  "sign-in": sample(signInPage, {
    instances: [{ ...instance, reachable: true }],
    open: true,
    origin: "https://windlass.example.com",
  }),
  "sign-in-several": sample(signInPage, {
    instances: [
      { ...instance, reachable: true },
      { id: "data-center", name: "Bitbucket Data Center", host: "git.example.com", reachable: true },
    ],
    origin: "https://windlass.example.com",
    returnTo: "/account",
  }),
  "sign-in-ways": sample(signInPage, {
    instances: [{ ...instance, reachable: true }],
    origin: "https://windlass.example.com",
    ways: [
      { id: "gitlab", title: "Sign in with GitLab", href: "/oauth/gitlab" },
      { id: "guest", title: "Go on as a guest", href: "/browse" },
    ],
    failure: {
      code: "web.sign_in_failed",
      message: "Signing in has failed.",
      cure: "Try again, or take another way in.",
    },
  }),
  "sign-in-done": sample(signInWindowPage, { opener: "https://portal.example.com", next: "/account" }),
  "sign-in-troubled": sample(signInPage, {
    instances: [{ ...instance, reachable: false }],
    failure: {
      code: "bitbucket.denied",
      message: "Access was not granted on Bitbucket's page.",
      cure: "Nothing was changed. Sign in again when you are ready.",
    },
  }),
  "projects-empty": sample(projectsPage, { ...signedIn, projects: [] }),
  projects: sample(projectsPage, {
    ...signedIn,
    projects: [
      { ...project, connections: 1, repositories: 2, analyses: 4 },
      {
        id: "prj_2",
        name: "Storefront and everything around it",
        connections: 2,
        repositories: 11,
        analyses: 1,
        needAttention: 1,
      },
      { id: "prj_3", name: "Billing", connections: 0, repositories: 0, analyses: 0 },
    ],
    create: { name: "Checkout", problem: "You have a project of that name already." },
  }),
  "project-empty": sample(projectPage, { ...signedIn, project, connections: [], analyses: [] }),
  "project-states": sample(projectPage, {
    ...signedIn,
    project,
    connections: [
      { ...connection, state: "suspect", doubt: lookedAfter },
      { ...connection, id: "con_2", state: "suspended", failure: anotherPerson },
    ],
    analyses: [],
  }),
  project: sample(projectPage, {
    ...signedIn,
    notice: { tone: "good", text: "Saved. Two repositories are connected." },
    project,
    connections: [connection],
    analyses: [
      {
        id: "ana_2",
        state: "running",
        startedAt: at("2026-11-02T14:05:00Z"),
        lookbackDays: 30,
        commits: 71,
        suspects: null,
      },
      {
        id: "ana_1",
        state: "done",
        startedAt: at("2026-11-01T09:30:00Z"),
        lookbackDays: 30,
        commits: 126,
        suspects: 2,
        commitsPerDay: perDay.map(({ commits }) => commits),
      },
      {
        id: "ana_0",
        state: "failed",
        startedAt: at("2026-10-20T09:30:00Z"),
        lookbackDays: 1,
        commits: 0,
        suspects: 0,
      },
    ],
  }),
  "project-reconnect": sample(projectPage, {
    ...signedIn,
    project,
    connections: [{ ...connection, state: "reconnect", failure: stale }],
    analyses: [],
  }),
  "project-token-ends": sample(projectPage, {
    ...signedIn,
    project,
    connections: [
      {
        ...connection,
        kind: "api-token",
        endsAt: at("2026-11-10T00:00:00Z"),
        endsSoon: true,
        scopes: [],
        gitUser: "x-bitbucket-api-token-auth",
      },
    ],
    analyses: [],
  }),
  "delete-project": sample(deleteProjectPage, { ...signedIn, project, connections: 1, analyses: 4 }),
  disconnect: sample(disconnectPage, {
    ...signedIn,
    project,
    connection: { ...connection, isRevoked: false },
    repositories: 2,
  }),
  "connect-choose": sample(connectChoosePage, {
    ...signedIn,
    project,
    instances: [
      { ...instance, kinds: ["api-token", "access-token", "client-credentials", "app-password"] },
      {
        id: "data-center",
        name: "Bitbucket Data Center",
        host: "git.example.com",
        kinds: ["http-access-token"],
      },
    ],
  }),
  guide: sample((name: string) => guidePage(name) ?? raw(""), "server-oauth1-link"),
  "guide-troubleshooting": sample((name: string) => guidePage(name) ?? raw(""), "troubleshooting"),
  "connect-api-token": sample(connectCredentialPage, apiToken),
  "connect-api-token-refused": sample(connectCredentialPage, {
    ...apiToken,
    typed: { login: "johndoe", place: "", endsOn: "2029-01-01" },
    problems: {
      login: "This is a user name; an API token goes with the e-mail address of the Atlassian account.",
      endsOn: "Bitbucket lets a token live for a year at most; check the day.",
    },
  }),
  "connect-app-password": sample(connectCredentialPage, { ...apiToken, kind: "app-password" }),
  "connect-access-token": sample(connectCredentialPage, { ...apiToken, kind: "access-token" }),
  "connect-as-consumer": sample(connectCredentialPage, {
    ...apiToken,
    kind: "client-credentials",
    scopes: [],
  }),
  "server-setup": sample(serverSetupPage, serverSetup),
  "server-setup-refused": sample(serverSetupPage, {
    ...serverSetup,
    typed: { ...serverSetup.typed, baseUrl: "bitbucket.local", keys: "own", privateKey: "ssh-rsa AAAA" },
    problems: {
      baseUrl: "Give the URL with http(s)://, such as https://bitbucket.local.",
      privateKey: "This is a public key. Paste the private one.",
    },
  }),
  "server-setup-error": sample(setupErrorPage, {
    ...signedIn,
    project,
    linkId: "srv_1",
    failure: {
      code: "bitbucket.oauth1_consumer_key_unknown",
      reaction: "configuration",
      message: "Bitbucket does not know this consumer key.",
      cure: "Save the link's incoming authentication again, and copy the consumer key from there.",
    },
    address: "https://bitbucket.example.com",
    reason: "oauth_problem=consumer_key_unknown",
  }),
  "server-setup-unreachable": sample(setupErrorPage, {
    ...signedIn,
    project,
    linkId: "srv_1",
    address: "https://bitbucket.example.com:7990/bitbucket",
    failure: {
      code: "http.unreachable",
      reaction: "unreachable",
      message: "The server could not be reached.",
      cure: "Check the address and the network, then try again.",
    },
    reason: null,
  }),
  "connect-permissions": sample(connectPermissionsPage, {
    ...signedIn,
    project,
    instance,
    scopes: ["repository", "account"],
  }),
  "connect-repositories": sample(connectRepositoriesPage, choose),
  "connect-repositories-refused": sample(connectRepositoriesPage, refused),
  "connect-repositories-data-center": sample(connectRepositoriesPage, chooseAtDataCenter),
  "connect-repositories-asked": sample(connectRepositoriesPage, {
    ...choose,
    list: null,
    workspace: { kind: "ask", reason: "Bitbucket did not say which workspaces this account is in." },
    failure: forbidden,
  }),
  "analysis-running": sample(analysisPage, { ...analysis, ...nothingYet, progress: running }),
  "analysis-waiting": sample(analysisPage, {
    ...analysis,
    suspects: suspects.slice(1),
    commits: { ...analysis.commits, page: 1, pages: 1 },
    progress: {
      ...running,
      state: "waiting",
      calls: 988,
      callsThisHour: 1000,
      waitingUntil: at("2026-11-02T14:41:00Z"),
      waitingBecause: "Bitbucket's limit of calls for this hour is reached.",
    },
  }),
  analysis: sample(analysisPage, analysis),
  "analysis-many-suspects": sample(analysisPage, {
    ...analysis,
    suspects: [...suspects, ...suspects, ...suspects],
  }),
  "analysis-no-suspect": sample(analysisPage, { ...analysis, suspects: [] }),
  "analysis-nothing": sample(analysisPage, {
    ...analysis,
    ...nothingYet,
    trace: null,
    fittingLookbackDays: 80,
  }),
  "analysis-failed": sample(analysisPage, {
    ...analysis,
    ...nothingYet,
    trace: null,
    progress: { ...progress, state: "failed" },
    failure: notFound,
  }),
  "account-one": sample(accountPage, {
    ...signedIn,
    ...oneAccount,
    viewer: { displayName: "John Doe", email: null },
    emailVerified: false,
    instanceName: "Bitbucket",
    expiresAt: at("2026-11-09T14:05:00Z"),
    sessions: sessions.slice(0, 1),
    isAdmin: false,
  }),
  unlink: sample(unlinkPage, { ...signedIn, identity: cloudIdentity }),
  account: sample(accountPage, {
    ...signedIn,
    ...severalAccounts,
    emailVerified: true,
    instanceName: "Bitbucket",
    expiresAt: at("2026-11-09T14:05:00Z"),
    sessions,
    isAdmin: true,
  }),
  "admin-sessions": sample(adminSessionsPage, {
    ...signedIn,
    query: "",
    sessions: everybodys,
    areMore: true,
    areJudged: true,
    checked: { sessions: 7, ended: 1, unanswered: 2 },
  }),
  "admin-sessions-person": sample(adminSessionsPage, {
    ...signedIn,
    query: "doe",
    sessions: johns,
    areMore: false,
    areJudged: true,
  }),
  "admin-sessions-none": sample(adminSessionsPage, {
    ...signedIn,
    query: "nobody",
    sessions: [],
    areMore: false,
    areJudged: false,
  }),
  health: sample(healthPage, calmReport),
  "health-doubtful": sample(healthPage, doubtfulReport),
  "health-broken": sample(healthPage, brokenReport),
  "health-silent": sample(healthPage, silentReport),
  error: sample(errorPage, { failure: forbidden, reference: "ref_7Kx2mQ9vTb4sWnEa", signedIn }),
  "error-signed-out": sample(errorPage, {
    failure: {
      code: "handshake.unknown",
      reaction: "stale",
      message: "This sign-in was begun too long ago, or in another browser.",
      cure: "Begin again: it takes a moment.",
    },
    reference: "ref_7Kx2mQ9vTb4sWnEa",
    openers: ["https://portal.example.com"],
  }),
};
