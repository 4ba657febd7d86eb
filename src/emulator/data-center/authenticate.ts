/** Owns who a request comes from. */
import type { DcCaller } from "./caller.ts";
import type { DataCenterContext } from "./context.ts";

/** The caller, or the answer to a credential that is none. */
export async function identify(_context: DataCenterContext, _request: Request): Promise<DcCaller | Response> {
  return { kind: "anonymous" };
}
