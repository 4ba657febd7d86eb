/** Owns how much of an answer is believed to be one, what could not be asked, and which refusals only say that a person has no place there. */
import { isWindlassError } from "../../base/errors.ts";
import { bitbucketErrors } from "../../bitbucket/errors.ts";

/** Nobody has a place in more. */
const mostValues = 5_000;
/** An answer that names nothing new may have as many pages. */
const mostMilliseconds = 20_000;

/** A question that failed, with the function of Bitbucket that was asked. */
export class Unasked extends Error {
  readonly where: string;

  constructor(where: string, cause: unknown) {
    super(where, { cause });
    this.where = where;
  }
}

/** The same values. Throws {@link Unasked}, also where they do not end. */
export async function* atMostValues(values: AsyncIterable<unknown>, where: string): AsyncGenerator<unknown> {
  const begun = performance.now();
  let count = 0;
  try {
    for await (const value of values) {
      count += 1;
      if (count > mostValues || performance.now() - begun > mostMilliseconds)
        throw bitbucketErrors.fail("bitbucket.malformed_answer", { detail: "the list does not end" });
      yield value;
    }
  } catch (error) {
    throw new Unasked(where, error);
  }
}

/** What is asked of one workspace: a stranger to it is told that it is not there, or forbidden. */
export async function listed<Value>(ask: () => Promise<readonly Value[]>): Promise<readonly Value[]> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Unasked && isNoPlace(error.cause)) return [];
    throw error;
  }
}

/** Not a scope that is missing: that is everybody's, and has to be mended. */
function isNoPlace(error: unknown): boolean {
  return (
    isWindlassError(error, "bitbucket.not_found") ||
    (isWindlassError(error, "bitbucket.forbidden") && Object(error.data.required).length === 0)
  );
}
