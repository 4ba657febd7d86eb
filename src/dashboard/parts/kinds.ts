/** Owns how each kind of credential is called and explained to people. */

/** The kinds a connection can have; the wizard offers those its instance knows. */
export type CredentialKind =
  | "oauth2"
  | "oauth1"
  | "api-token"
  | "app-password"
  | "access-token"
  | "http-access-token"
  | "client-credentials";

interface KindWords {
  readonly name: string;
  /** One sentence for the list of ways to connect. */
  readonly about: string;
  /** The guide that leads through Bitbucket's own pages. */
  readonly guide: string;
}

const kinds: Readonly<Record<CredentialKind, KindWords>> = {
  oauth2: {
    name: "OAuth",
    about: "You grant access on Bitbucket's own page, and access renews itself.",
    guide: "cloud-oauth-consumer",
  },
  oauth1: {
    name: "OAuth (application link)",
    about: "You allow access on the server's own page; it lasts for years.",
    guide: "server-oauth1-link",
  },
  "api-token": {
    name: "API token",
    about: "A personal token with scopes and an end. The simple way for scripts and one-off tests.",
    guide: "api-token",
  },
  "access-token": {
    name: "Access token",
    about: "A token of one repository, project or workspace. It acts as a bot, not as you.",
    guide: "access-tokens",
  },
  "http-access-token": {
    name: "HTTP access token",
    about: "A token you make in your account, a project or a repository of the server.",
    guide: "access-tokens",
  },
  "client-credentials": {
    name: "The OAuth consumer itself",
    about: "A private consumer connects as an app user of its own workspace. Nobody grants anything.",
    guide: "cloud-oauth-consumer",
  },
  "app-password": {
    name: "App password",
    about: "Was the simple way for one-off tests. Bitbucket Cloud retired app passwords on 28 July 2026.",
    guide: "app-password",
  },
};

/** The words for a kind; its own name for one this page has never heard of. */
export function kindWords(kind: CredentialKind): KindWords {
  return Object.hasOwn(kinds, kind) ? kinds[kind] : { name: kind, about: "", guide: "troubleshooting" };
}

/** The name within a sentence: "access token", "API token". */
export function kindInSentence(kind: CredentialKind): string {
  const { name } = kindWords(kind);
  return /^[A-Z]{2}/.test(name) ? name : name.charAt(0).toLowerCase() + name.slice(1);
}
