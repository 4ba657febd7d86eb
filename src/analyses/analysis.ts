/** Owns the shape of an analysis as others see it: how far it is, what it found, what stopped it. */
import type { Reaction } from "../base/errors.ts";

/** `waiting` is a pause that ends by itself; `failed` means that not one repository could be read. */
export type AnalysisState = "running" | "waiting" | "done" | "failed";

/** `walking` reads the whole window, `catching-up` only what is new since an earlier run. */
export type RepositoryPhase = "queued" | "walking" | "catching-up" | "counting" | "done" | "failed";

/** A failure as a card shows it. Never holds a secret. */
export interface Failure {
  readonly code: string;
  readonly reaction: Reaction;
  /** What happened, one sentence. */
  readonly message: string;
  /** What to do about it, one sentence. */
  readonly cure: string;
  /** Facts such as `{ required: ["repository"], granted: ["account"] }`. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface AnalysisRepository {
  readonly id: string;
  /** Stays when the repository is renamed or moved. */
  readonly key: string;
  readonly fullName: string;
  readonly phase: RepositoryPhase;
  readonly commitsFound: number;
  /** Fewer than found at the end only where Bitbucket timed out on single commits. */
  readonly commitsCounted: number;
  /** When the window holds no commit: the lookback that reaches the newest one. */
  readonly fittingLookbackDays: number | null;
  readonly failure: Failure | null;
}

/** One line of a project's list of analyses. */
export interface AnalysisSummary {
  readonly id: string;
  readonly projectId: string;
  readonly connectionId: string;
  readonly state: AnalysisState;
  /** The user's id. */
  readonly startedBy: string;
  readonly lookbackDays: number;
  readonly windowStart: Date;
  readonly windowEnd: Date;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  /** Calls this run has made so far. */
  readonly calls: number;
  /** When a waiting run goes on. */
  readonly waitingUntil: Date | null;
  /** Why a failed run failed, or why a waiting one waits. */
  readonly failure: Failure | null;
  readonly commitsFound: number;
  readonly commitsCounted: number;
  /** Whether a stack trace was handed in. */
  readonly hasError: boolean;
}

export interface AnalysisFile {
  readonly status: string;
  readonly oldPath: string | null;
  readonly newPath: string | null;
  readonly linesAdded: number;
  readonly linesRemoved: number;
}

export interface AnalysisCommit {
  readonly repository: string;
  readonly hash: string;
  readonly date: Date;
  readonly authorRaw: string;
  readonly message: string;
  readonly parents: readonly string[];
  /** `null` while the files are not counted yet. */
  readonly files: readonly AnalysisFile[] | null;
}

export interface AnalysisSuspect {
  readonly repository: string;
  readonly hash: string;
  readonly date: Date;
  readonly authorRaw: string;
  readonly message: string;
  /** Between 0 and 1; only its order means anything. */
  readonly score: number;
  /** Sentences such as "changed src/cart/discount.ts, named by the 1st frame (line 41)". */
  readonly reasons: readonly string[];
  /** The changed files the trace names. */
  readonly files: readonly AnalysisFile[];
}

export interface Analysis extends AnalysisSummary {
  readonly errorText: string | null;
  /** Calls of every run and page over this client registration in the rolling hour. */
  readonly callsThisHour: number;
  /** Of known commits; 0 to 1. Grows while pages still come in, so it may step back. */
  readonly progress: number;
  readonly repositories: readonly AnalysisRepository[];
  readonly totals: {
    readonly commits: number;
    readonly files: number;
    readonly linesAdded: number;
    readonly linesRemoved: number;
  };
  /** Every day of the window in UTC, oldest first, days without a commit included. */
  readonly commitsPerDay: readonly { readonly day: string; readonly commits: number }[];
  /** Newest first, over all repositories. */
  readonly commits: {
    readonly items: readonly AnalysisCommit[];
    /** From 1. */
    readonly page: number;
    readonly pages: number;
    readonly total: number;
  };
  /** Whether the trace names any file at all. */
  readonly framesFound: number;
  /** Best match first, then newest. */
  readonly suspects: readonly AnalysisSuspect[];
}
