/** Owns reading what a script sends as JSON. */
import { webErrors } from "./errors.ts";
import type { WebContext } from "./visitor.ts";

export type JsonBody = Readonly<Record<string, unknown>>;

/** The object that was sent; an empty body is an empty one. Throws `web.bad_request`. */
export async function readJsonBody(context: WebContext): Promise<JsonBody> {
  const text = await context.req.text();
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    // An object of JSON has names for keys and anything for values.
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonBody;
  } catch {
    // Said below, for every body that is no object.
  }
  throw badRequest("The body has to be a JSON object.");
}

/** A field that has to be a text. Throws `web.bad_request`. */
export function textOf(body: JsonBody, name: string): string {
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  if (typeof value === "string") return value;
  throw badRequest(`${name} has to be a text.`);
}

export function badRequest(message: string): Error {
  return webErrors.fail("web.bad_request", { message });
}
