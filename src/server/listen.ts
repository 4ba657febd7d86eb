/** Owns the address to listen on: as a file writes it, and as the command line overrides it. */

/** What the command line says; it goes before file and environment. */
export interface ListenOverride {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
}

/** A value that is no object is left for the schema to complain of. */
export function withListen(value: unknown, { host, port }: ListenOverride): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { listen } = value as { listen?: unknown }; // checked by the schema
  const override = { ...(host !== undefined && { host }), ...(port !== undefined && { port }) };
  return Object.keys(override).length === 0
    ? value
    : { ...value, listen: { ...Object(listen), ...override } };
}

/** Backstage's own, where its file names no port. */
const backstagePort = 7007;

/**
 * `backend.listen` of Backstage: `":7007"`, `"0.0.0.0:7007"`, `"7007"`, `7007`, `{ host, port }` or nothing. An empty host means every
 * address of the machine, as in Backstage; where no host is written at all, it is left to our default. Null for anything else.
 */
export function readBackstageListen(value: unknown): ListenOverride | null {
  if (value === undefined) return { port: backstagePort };
  if (typeof value === "number") return { port: value };
  if (typeof value === "string") {
    const [, host, port] = /^(?:(\[[^\]]*\]|[^:]*):)?(\d+)$/.exec(value.trim()) ?? [];
    if (port === undefined) return null;
    return { ...(host !== undefined && { host: host.replace(/^\[|\]$/g, "") }), port: Number(port) };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const { host, port = backstagePort } = value as { host?: unknown; port?: unknown }; // both are looked at below
  if (host !== undefined && typeof host !== "string") return null;
  const number = typeof port === "string" && /^\d+$/.test(port) ? Number(port) : port;
  return typeof number === "number" ? { ...(host !== undefined && { host }), port: number } : null;
}
