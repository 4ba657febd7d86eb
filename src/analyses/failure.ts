/** Owns turning what stopped a run into what a card shows, and back from the database. */
import { isWindlassError, type Reaction } from "../base/errors.ts";
import type { Failure } from "./analysis.ts";
import { analysisErrors } from "./errors.ts";

/** A failure nobody foresaw becomes `analyses.broken`: its own words are for the log alone. */
export function toFailure(error: unknown): Failure {
  const known = isWindlassError(error) ? error : analysisErrors.fail("analyses.broken", { cause: error });
  const { code, reaction, message, cure, data } = known;
  return { code, reaction, message, cure, data };
}

export function failureJson(failure: Failure): string {
  return JSON.stringify(failure);
}

/** Reads what {@link failureJson} wrote. */
export function readFailure(json: string | null): Failure | null {
  if (json === null) return null;
  // Only this file writes the column.
  const failure = JSON.parse(json) as Omit<Failure, "reaction"> & { reaction: Reaction };
  return failure;
}

/** Whether it is the repository that was not found, and not a branch or commit in it. */
export function isRepositoryGone({ code, data }: Pick<Failure, "code" | "data">): boolean {
  return code === "bitbucket.not_found" && data?.missing !== "commit";
}

/** A repository that is gone for this account, in words that name it, with the one that may be meant. */
export function explainFor(fullName: string, failure: Failure, suggestion: string | null = null): Failure {
  if (!isRepositoryGone(failure)) return failure;
  return {
    ...failure,
    ...(suggestion === null ? {} : { data: { ...failure.data, suggestion } }),
    message: `Bitbucket shows no repository ${fullName} to this account: a typo, another place, or it was moved or hidden.`,
    cure: "Check on the connection what the repository is called and where it lies, and that the account may still see it.",
  };
}
