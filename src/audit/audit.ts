/** Owns the record: who did what to a connection and why, in a chain that cannot be changed unseen. */
import type { Transaction } from "kysely";
import type { Schema } from "../storage/schema.ts";

/** What happened. Never a secret, never a text Bitbucket sent. */
export interface AuditEvent {
  /** Such as `connection.refreshed`; {@link auditEvents} lists them. */
  readonly event: string;
  /** Who: `user usr_…`, `key key_…`, `keeper`, `analysis` … */
  readonly actor: string;
  readonly projectId?: string | null;
  readonly connectionId?: string | null;
  /** A code of the catalogue. */
  readonly reason?: string | null;
  readonly facts?: Readonly<Record<string, string | number | boolean | null>>;
}

export type Recorder = (event: AuditEvent) => Promise<void>;

export interface Audit {
  /** One entry, durable when this resolves. Those that wait at the same time are written in one commit. */
  write: Recorder;
  /** Runs `work` in a transaction together with the entries it records: all of it is there, or nothing. */
  transaction<Result>(
    work: (transaction: Transaction<Schema>, record: Recorder) => Promise<Result>,
  ): Promise<Result>;
}
