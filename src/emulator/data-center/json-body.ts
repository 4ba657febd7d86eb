/** Owns reading the JSON body of a REST call, as a resource that takes nothing else. */
import type { Context } from "hono";
import { badParameter, unsupportedMediaType } from "./errors.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** By what its header says. */
export function isJson(c: Context): boolean {
  return c.req.header("Content-Type")?.split(";")[0]?.trim().toLowerCase() === "application/json";
}

/** The object, or the answer to a body that is none: 415 by its type, 400 by its text. */
export async function jsonObject(c: Context): Promise<JsonObject | Response> {
  if (!isJson(c)) return unsupportedMediaType();
  const body: unknown = await c.req.json().catch(() => null);
  if (typeof body !== "object" || body === null || Array.isArray(body))
    return badParameter("", "The request has no JSON object.");
  return body as JsonObject; // every object that is no list
}
