/** Owns expecting a failure of the catalogue. */
import { isWindlassError, type WindlassError } from "../src/base/errors.ts";

/** The Windlass failure that `work`, a promise or what makes one, ends with. Fails the test for any other end. */
export async function failureOf(work: Promise<unknown> | (() => unknown)): Promise<WindlassError> {
  let result: unknown;
  try {
    result = await (typeof work === "function" ? work() : work);
  } catch (error) {
    if (isWindlassError(error)) return error;
    throw error;
  }
  throw new Error(`expected a failure, got ${typeof result}`);
}
