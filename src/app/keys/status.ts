/** Owns the account of all keys: which there are, where they come from, and what still needs them. */
import type { KeySource } from "../../sealing/given.ts";
import { countConnectionsByWrapper, countOnReplaced, countWrapped } from "../../storage/tables/data-keys.ts";
import { listGivenUp } from "../sealed-store.ts";
import type { KeyParts } from "./parts.ts";
import { type Rotation, readRotation } from "./rotation.ts";

/** What the keys are in use for: which wrap, which are missing, what still waits to be sealed anew. */
export interface KeyStatus {
  /** Key-encryption keys; the one that wraps new data keys comes first. */
  readonly wrappingKeys: readonly {
    readonly id: string;
    readonly source: KeySource | "missing" | "given up";
    /** Data keys, replaced ones too. */
    readonly wraps: number;
    /** Connections that cannot be used without it. */
    readonly connections: number;
  }[];
  readonly dataKeys: { readonly current: number; readonly replaced: number };
  /** Rows that are still sealed with a replaced data key. */
  readonly rowsOnReplaced: {
    readonly connections: number;
    readonly instances: number;
    readonly sessions: number;
    readonly identityKeys: number;
  };
  readonly rotation: Rotation | null;
}

export async function readKeyStatus({
  database,
  keys,
}: Pick<KeyParts, "database" | "keys">): Promise<KeyStatus> {
  const { kysely } = database;
  const wrapped = await countWrapped(kysely);
  const connections = await countConnectionsByWrapper(kysely);
  const givenUp = await listGivenUp(database);
  const sources = new Map<string, KeySource>(keys.list().map(({ source, wrapper }) => [wrapper.id, source]));
  const count = (counted: typeof wrapped) => counted.reduce((sum, each) => sum + each.count, 0);
  const ids = new Set([...sources.keys(), ...wrapped.map(({ wrappingKeyId }) => wrappingKeyId).sort()]);
  return {
    wrappingKeys: [...ids].map((id) => ({
      id,
      source: sources.get(id) ?? (givenUp.includes(id) ? "given up" : "missing"),
      wraps: count(wrapped.filter(({ wrappingKeyId }) => wrappingKeyId === id)),
      connections: connections.get(id) ?? 0,
    })),
    dataKeys: {
      current: count(wrapped.filter(({ isReplaced }) => !isReplaced)),
      replaced: count(wrapped.filter(({ isReplaced }) => isReplaced)),
    },
    rowsOnReplaced: await countOnReplaced(kysely),
    rotation: await readRotation(kysely),
  };
}
