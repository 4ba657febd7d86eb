/** Owns that a crowd looks at a connection once: who comes while somebody looks sees what that one sees. */
import type { TokenStore } from "./store.ts";
import type { StoredTokens } from "./stored.ts";

export interface Looks {
  /** As it lies in the database now, or did a moment ago when somebody began to look. Throws what `TokenStore.load` throws. */
  at(connectionId: string): Promise<StoredTokens>;
  /** Whoever comes from now on looks anew. */
  renew(connectionId: string): void;
}

export function createLooks({ load }: Pick<TokenStore, "load">): Looks {
  const underWay = new Map<string, Promise<StoredTokens>>();
  return {
    at(connectionId) {
      const known = underWay.get(connectionId);
      if (known !== undefined) return known;
      const look = load(connectionId).finally(() => {
        if (underWay.get(connectionId) === look) underWay.delete(connectionId);
      });
      underWay.set(connectionId, look);
      return look;
    },
    renew: (connectionId) => void underWay.delete(connectionId),
  };
}
