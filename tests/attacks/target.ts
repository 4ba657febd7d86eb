/** Owns where the server under attack is and what its addresses are called: ours, or somebody else's. */
import { type PersonName, people, personNames } from "./people.ts";
import type { Seen } from "./visitor.ts";

export interface Routes {
  login(instance: string): string;
  callback(instance: string): string;
  readonly session: string;
  /** Null where nothing is known of it. */
  readonly logout: string | null;
}

export interface Target {
  /** Without a path, as people open it. */
  readonly origin: string;
  /** Somebody else's server, which may say no in its own way. */
  readonly isForeign: boolean;
  /** Where it sends people to sign in. */
  readonly bitbucket: string;
  readonly routes: Routes;
  /** The instance whose consumer every case uses unless it says otherwise. */
  readonly instance: string;
  /** The name of the query parameter that says where the person wants to be afterwards. */
  readonly returnParameter: string;
  /** Who is signed in, by the answer of the session route. */
  whoIs(seen: Seen): PersonName | null;
}

export const ownRoutes: Routes = {
  login: (instance) => `/auth/${instance}/login`,
  callback: (instance) => `/auth/${instance}/callback`,
  session: "/auth/session",
  logout: "/auth/logout",
};

/** `{instance}` in a path stands for the instance's name. */
export function routesOf(paths: {
  readonly login: string;
  readonly callback: string;
  readonly session: string;
}): Routes {
  const fill = (path: string) => (instance: string) => path.replaceAll("{instance}", instance);
  return {
    login: fill(paths.login),
    callback: fill(paths.callback),
    session: paths.session,
    logout: null,
  };
}

/** Any server that says something of the person where it describes the session: name, uuid, user name or address. */
export function whoIs({ status, text }: Seen): PersonName | null {
  if (status !== 200) return null;
  const named = personNames.find((name) => {
    const { displayName, uuid, email, userName } = people[name];
    return [displayName, uuid.slice(1, -1), email, userName].some((word) => text.includes(word));
  });
  return named ?? null;
}
