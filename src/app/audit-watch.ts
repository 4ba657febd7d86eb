/** Owns knowing whether the record can be written: what came of the latest attempts of this process. */
import type { WrittenAudit } from "../audit/audit.ts";
import type { Clock } from "../base/clock.ts";
import { isWindlassError } from "../base/errors.ts";

/** How writing goes at present. */
export interface AuditStanding {
  /** When the first of the attempts failed since which none succeeded; null when the latest one succeeded. */
  readonly failingSince: Date | null;
  /** The code of the latest failure. */
  readonly code: string | null;
}

export interface WatchedAudit {
  readonly audit: WrittenAudit;
  standing(): AuditStanding;
}

/** The same record, watched. Only what the database says counts: a transaction may fail for reasons of its own. */
export function watchAudit(audit: WrittenAudit, clock: Clock): WatchedAudit {
  const well: AuditStanding = { failingSince: null, code: null };
  let standing = well;
  const watched = async <Result>(writing: Promise<Result>): Promise<Result> => {
    try {
      const result = await writing;
      standing = well;
      return result;
    } catch (error) {
      if (isWindlassError(error) && isDatabases(error.code))
        standing = { failingSince: standing.failingSince ?? clock.now(), code: error.code };
      throw error;
    }
  };
  return {
    audit: {
      ...audit,
      write: (event) => watched(audit.write(event)),
      transaction: (work, about) => watched(audit.transaction(work, about)),
    },
    standing: () => standing,
  };
}

/** A row that refers to what is gone is the work's own trouble. */
function isDatabases(code: string): boolean {
  return code.startsWith("storage.") && code !== "storage.missing_reference";
}
