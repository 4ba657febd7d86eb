/** Owns bodies that a framework has read already: written out anew, since a stream gives them only once. */
import type { IncomingMessage } from "node:http";

interface Parsed {
  readonly body?: unknown;
  /** Where the server's conversion looks for a body that was read before it. */
  rawBody?: Buffer;
}

/** Leaves a request alone whose body nobody has read. */
export function rewind(request: IncomingMessage & Parsed): void {
  if (!request.readableEnded || request.rawBody !== undefined) return;
  request.rawBody = Buffer.from(written(request.body, request.headers["content-type"] ?? ""));
}

/** As it may have come. Of what a parser threw away, such as files, nothing is left. */
function written(body: unknown, type: string): string | Uint8Array {
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  if (typeof body !== "object" || body === null) return "";
  if (type.startsWith("application/json")) return JSON.stringify(body);
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(body))
    for (const each of Array.isArray(value) ? value : [value]) form.append(name, String(each));
  return form.toString();
}
