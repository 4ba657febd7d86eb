/** Owns what travels with a request from the socket to its route. */
import type { RequestNote } from "./journal.ts";

/** What the server hands to every request besides the request itself. */
export interface EmulatorBindings {
  /** Filled in by routes, written to the journal afterwards. */
  readonly note: RequestNote;
}
