/** Owns one row of the error catalogue: an answer of Bitbucket's, and what becomes of it. */
import { expect } from "vitest";
import type { WindlassError } from "../../src/base/errors.ts";

export interface ErrorRow {
  readonly row: string;
  readonly status: number;
  readonly body: unknown;
  readonly code: string;
  /** Of the message. */
  readonly says?: string;
  /** Of the cure. */
  readonly cure: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export function expectRow(
  error: WindlassError | null,
  { code, says = "", cure, data = {} }: Omit<ErrorRow, "status">,
) {
  expect(error).toMatchObject({ code, data });
  expect(error?.message).toContain(says);
  expect(error?.cure).toContain(cure);
  expect(error?.message).toMatch(/^[A-Z]/);
}
