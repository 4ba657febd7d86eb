/** Owns that a crowd looks at a connection once: who comes while somebody looks sees what that one sees. */
import type { Look, TokenStore } from "./store.ts";

export interface Looks {
  /** As it lies in the database now, or did a moment ago when somebody began to look. Throws what `TokenStore.look` throws. */
  at(connectionId: string): Promise<Look>;
  /** Whoever comes from now on looks anew. */
  renew(connectionId: string): void;
}

export function createLooks(store: Pick<TokenStore, "look">): Looks {
  const underWay = new Map<string, Promise<Look>>();
  const lookOnce = (connectionId: string) => {
    const look = store.look(connectionId);
    const end = () => underWay.get(connectionId) === look && underWay.delete(connectionId);
    look.then(({ opening }) => opening).then(end, end);
    underWay.set(connectionId, look);
    return look;
  };
  return {
    at: (connectionId) => underWay.get(connectionId) ?? lookOnce(connectionId),
    renew: (connectionId) => void underWay.delete(connectionId),
  };
}
