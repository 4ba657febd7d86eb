/** Owns the list of requests the emulator has answered, for tests to count. Nothing in it is a secret. */

/** What routes note about a request while they answer it. */
export interface RequestNote {
  /** The consumer's key. */
  client: string | null;
  /** At the token endpoint: which grant was asked for. */
  grant: string | null;
  /** The person's username or uuid. */
  person: string | null;
  /** How a call of OAuth 1 was signed: its method, and which parameters of the dance it brought. */
  oauth1?: { readonly signatureMethod: string; readonly callback: boolean; readonly verifier: boolean };
  /** What to switch where a refusal comes of how the emulator is set up, for the person who started it. */
  hint?: string;
}

/** Whose port a request came to. */
export type JournalOrigin = "web" | "api" | "dataCenter" | "server";

/** One request that was answered. */
export interface JournalEntry extends Readonly<RequestNote> {
  /** By the emulator's clock. */
  readonly at: string;
  readonly origin: JournalOrigin;
  readonly method: string;
  readonly path: string;
  /** Only parameters known to be harmless. */
  readonly query: string;
  /** 0: the connection was cut. */
  readonly status: number;
  /** Until the answer began, by the machine's clock. */
  readonly milliseconds: number;
  /** The fault that struck. */
  readonly fault: string | null;
}

export interface Journal {
  add(entry: JournalEntry): void;
  list(): readonly JournalEntry[];
  clear(): void;
}

const harmless = new Set(
  "page pagelen q sort fields role administrator include exclude path topic context renames binary format max_depth ignore_whitespace response_type scope start limit since until merges at from to service contextLines whitespace srcPath followRenames withCounts allAncestors name projectname projectkey permission visibility filter filterText orderBy avatarSize type size blame".split(
    " ",
  ),
);

/** The query without anything that might be a secret: what is not known is left out. */
export function harmlessQuery(parameters: URLSearchParams): string {
  return new URLSearchParams([...parameters].filter(([name]) => harmless.has(name))).toString();
}

/** Keeps at least the newest 90,000 requests and at most 100,000. */
export function createJournal(onRequest?: (entry: JournalEntry) => void): Journal {
  const limit = 100_000;
  let entries: JournalEntry[] = [];
  return {
    add(entry) {
      entries.push(entry);
      if (entries.length > limit) entries = entries.slice(limit / 10);
      try {
        onRequest?.(entry);
      } catch (error) {
        // The client has nothing to do with it: it fails where it was thrown, as an error of the program.
        queueMicrotask(() => {
          throw error;
        });
      }
    },
    list: () => [...entries],
    clear() {
      entries = [];
    },
  };
}
