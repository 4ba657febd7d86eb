/**
 * Owns what a git client asks over HTTP: which service, which version of the protocol, and the bytes it sends.
 * @see gitprotocol-http(5)
 */
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** `git-upload-pack` gives objects away (clone, fetch), `git-receive-pack` takes them (push). */
export type Service = "git-upload-pack" | "git-receive-pack";

function isService(name: string | undefined): name is Service {
  return name === "git-upload-pack" || name === "git-receive-pack";
}

/** What a path below a repository asks of git. */
export interface GitCall {
  readonly kind: "advertise" | "talk";
  readonly service: Service;
}

/** The routes of a repository's git address. A wildcard's rest, or null for a path that is none of git's. */
export function callOf(
  method: string,
  rest: string,
  serviceAsked: string | undefined,
): GitCall | "dumb" | null {
  if (method === "GET" && rest === "info/refs")
    return isService(serviceAsked) ? { kind: "advertise", service: serviceAsked } : "dumb";
  if (method === "POST" && isService(rest)) return { kind: "talk", service: rest };
  return method === "GET" && /^(HEAD|objects\/.+)$/.test(rest) ? "dumb" : null;
}

/** As `GIT_PROTOCOL` takes it; anything odd counts as not sent. */
export function protocolOf(request: Request): string | null {
  const asked = request.headers.get("Git-Protocol");
  return asked !== null && /^[A-Za-z0-9=:._-]{1,100}$/.test(asked) ? asked : null;
}

/** The bytes of a request, unpacked; null where their type or packing is none of the service's. */
export function bodyOf(request: Request, service: Service): AsyncIterable<Uint8Array> | null {
  if (request.headers.get("Content-Type") !== `application/x-${service}-request`) return null;
  const packing = (request.headers.get("Content-Encoding") ?? "identity").toLowerCase();
  const bytes = chunksOf(request);
  if (packing === "identity") return bytes;
  return packing === "gzip" || packing === "x-gzip" ? unzipped(bytes) : null;
}

async function* chunksOf({ body }: Request): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    // What nobody reads any more must not hold the connection.
    reader.cancel().catch(() => undefined);
  }
}

function unzipped(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = Readable.from(bytes, { objectMode: false });
  const gunzip = createGunzip();
  source.once("error", (error) => gunzip.destroy(error));
  gunzip.once("close", () => source.destroy());
  return source.pipe(gunzip);
}
