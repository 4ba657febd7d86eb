/** Owns handing the client down a tree of components, and who is signed in to those that ask. */
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useSyncExternalStore,
} from "react";
import type { Client } from "../client/client.ts";
import { type ClientState, loading } from "../state.ts";

const Context = createContext<Client | null>(null);

/** What {@link WindlassProvider} is given. */
export interface WindlassProviderProps {
  /** Made once, outside of any component: `createClient()` of `windlass/client`. */
  readonly client: Client;
  readonly children?: ReactNode;
}

/** Hands the client to the components below. */
export function WindlassProvider({ client, children }: WindlassProviderProps): ReactElement {
  return createElement(Context.Provider, { value: client }, children);
}

/** The client of the provider above. Throws where there is none. */
export function useClient(): Client {
  const client = useContext(Context);
  if (client === null) throw new Error("There is no WindlassProvider above this component.");
  return client;
}

/** Who is signed in, and the ways in and out. */
export type UsedSession = ClientState & Pick<Client, "signIn" | "signOut">;

/**
 * Who is signed in: `loading` until that is known and whenever a server renders, then `signed-in` with `session`, `signed-out`, or
 * `error` with `error`. The component is drawn anew when that changes, in this tab or another.
 */
export function useSession(): UsedSession {
  const client = useClient();
  const state = useSyncExternalStore(
    client.onChange,
    () => client.state,
    () => loading,
  );
  return { ...state, signIn: client.signIn, signOut: client.signOut };
}
