/** Owns handing a connection's access to whoever may have it, and the list of what there is to hand out. */
import { isWindlassError } from "../base/errors.ts";
import { isConnectionOf, listConnectionOverview } from "../storage/tables/connections.ts";
import type { HandedToken } from "../vault/handed-token.ts";
import type { TokenOrder } from "../vault/vault.ts";
import { type AccessParts, findRow } from "./access.ts";
import { type Connection, readConnection } from "./connection.ts";
import { connectionErrors } from "./errors.ts";

export type { Farewell } from "../vault/farewell.ts";
export type { HandedToken } from "../vault/handed-token.ts";

/** A connection, and how long its present access lives. */
export interface AccessOverview extends Connection {
  /** Null when Bitbucket did not say, or nothing is kept any more. */
  readonly accessExpiresAt: Date | null;
}

/** Connections a caller was found to be entitled to; all are forgotten when there are more. */
const mostRemembered = 50_000;

export function createHandingOut(parts: Pick<AccessParts, "database" | "vault">) {
  const { kysely } = parts.database;
  let entitled = new Set<string>();

  /** A connection never changes its project. Only a yes is remembered, so that every no takes the same time. */
  const isEntitled = async (projectId: string, id: string) => {
    const pair = `${projectId} ${id}`;
    if (entitled.has(pair)) return true;
    if (!(await isConnectionOf(kysely, id, projectId))) return false;
    if (entitled.size >= mostRemembered) entitled = new Set();
    entitled.add(pair);
    return true;
  };
  const token = async (id: string, order: TokenOrder): Promise<HandedToken> => {
    try {
      return await parts.vault.token(id, order);
    } catch (error) {
      // The vault knows secrets, not connections: to it, one that never was is one that was ended.
      if (isWindlassError(error, "vault.disconnected")) await findRow(parts, id);
      throw error;
    }
  };
  return {
    token,
    async tokenOf(projectId: string, id: string, order: TokenOrder): Promise<HandedToken> {
      if (!(await isEntitled(projectId, id))) throw connectionErrors.fail("connections.not_found");
      return token(id, order);
    },
    overview: async (projectId?: string): Promise<AccessOverview[]> =>
      (await listConnectionOverview(kysely, projectId ?? null)).map(({ access_expires_at, ...row }) => ({
        ...readConnection(row),
        accessExpiresAt: access_expires_at === null ? null : new Date(access_expires_at),
      })),
  };
}
