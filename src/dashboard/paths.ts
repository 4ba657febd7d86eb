/** Owns the dashboard's addresses, so that pages and routes cannot differ. */

const part = encodeURIComponent;
const project = (id: string) => `/projects/${part(id)}`;
const connection = (projectId: string, id: string) => `${project(projectId)}/connections/${part(id)}`;
const analysis = (projectId: string, id: string) => `${project(projectId)}/analyses/${part(id)}`;

/** GET unless said otherwise. Every POST carries the field `csrf`. */
export const paths = {
  /** The projects, or the way to {@link paths.signIn}. */
  home: "/",
  signIn: "/sign-in",
  /** Where a window that was opened to sign in ends; `opener`, `returnTo`. */
  signInDone: "/sign-in/done",
  account: "/account",
  /** POST `instance`: goes to Bitbucket to link a further account. */
  linkAccount: "/account/link",
  /** GET asks (`instance`, `id`), POST (the same fields) does it. */
  unlink: "/account/unlink",
  unlinkAccount: (instanceId: string, id: string) =>
    `/account/unlink?${new URLSearchParams({ instance: instanceId, id })}`,
  /** POST `session`: ends one of one's own. */
  endSession: "/account/sessions/end",
  /** POST: ends one's own but the one that asks. */
  endOtherSessions: "/account/sessions/end-others",
  /** Everybody's, for administrators; `q` is part of a name or e-mail. */
  adminSessions: "/admin/sessions",
  /** POST `session`, or `user` for all of a person's; `q` to come back to. */
  adminEndSessions: "/admin/sessions/end",
  /** Asks the rules again about everybody who is signed in, or about `user`. */
  adminCheckSessions: "/admin/sessions/check",
  /** Begins the trip to Bitbucket. */
  login: (instanceId: string, returnTo?: string) =>
    `/auth/${part(instanceId)}/login${returnTo === undefined ? "" : `?returnTo=${part(returnTo)}`}`,
  /** POST. */
  logout: "/auth/logout",
  /** POST `name`: makes a project. */
  projects: "/projects",
  project,
  /** POST `name`. */
  renameProject: (projectId: string) => `${project(projectId)}/rename`,
  /** GET asks, POST does it. */
  deleteProject: (projectId: string) => `${project(projectId)}/delete`,
  connectChoose: (projectId: string) => `${project(projectId)}/connect`,
  /** GET shows the permissions; POST (`connection`, when an old one is connected anew) goes to Bitbucket. */
  connectPermissions: (projectId: string, instanceId: string) =>
    `${project(projectId)}/connect/${part(instanceId)}`,
  /** GET the form of a credential a person brings (`connection`: for that one); POST `login`, `secret`, `place`, `endsOn`, `connection`. */
  connectCredential: (projectId: string, instanceId: string, kind: string) =>
    `${project(projectId)}/connect/${part(instanceId)}/${part(kind)}`,
  /** POST begins a Bitbucket Server's set-up and leads to {@link paths.serverSetup}. */
  beginServerSetup: (projectId: string) => `${project(projectId)}/server-setup`,
  /** GET; POST `baseUrl`, `ca`, `consumerKey`, `keys` = `made` · `own` · `new`, `privateKey`: leads to that server's consent page. */
  serverSetup: (projectId: string, linkId: string) => `${project(projectId)}/server-setup/${part(linkId)}`,
  /** A guide of `docs/guides`. */
  guide: (name: string) => `/guides/${part(name)}`,
  /** GET; POST `do` = `workspace` · `search` · `save` · `run`, `workspace`, `q`, `page`, `picked` (many), `text`, `lookbackDays`. */
  connectRepositories: (projectId: string, connectionId: string) =>
    `${connection(projectId, connectionId)}/repositories`,
  /** Fragment: the list alone, for `q`, `page` and what is `picked`. */
  repositoryList: (projectId: string, connectionId: string) =>
    `${connection(projectId, connectionId)}/repository-list`,
  /** GET asks, POST does it. */
  disconnect: (projectId: string, connectionId: string) =>
    `${connection(projectId, connectionId)}/disconnect`,
  /** POST `errorText`, `lookbackDays`: begins a run. */
  startAnalysis: (projectId: string, connectionId: string) =>
    `${connection(projectId, connectionId)}/analyses`,
  /** `page` counts from 1. */
  analysis: (projectId: string, analysisId: string, page = 1) =>
    `${analysis(projectId, analysisId)}${page === 1 ? "" : `?page=${page}#commits`}`,
  /** Fragment: how far the run is. */
  analysisProgress: (projectId: string, analysisId: string) => `${analysis(projectId, analysisId)}/progress`,
  /** The result as JSON. */
  analysisResult: (analysisId: string) => `/api/v1/analyses/${part(analysisId)}`,
} as const;
