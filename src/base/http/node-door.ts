/** Owns the door as a server opens it: undici's own fetch over a pool of kept-alive connections. */
import { Agent, fetch as undiciFetch } from "undici";
import { type DoorOptions, type Fetch, openDoor } from "./door.ts";

export interface NodeDoor {
  readonly fetch: Fetch;
  /** Ends idle connections and waits for busy ones. */
  close(): Promise<void>;
}

/** Opens the door for a process that lives long. See {@link openDoor} for what it throws. */
export function openNodeDoor(options: Omit<DoorOptions, "fetch"> = {}): NodeDoor {
  const dispatcher = new Agent({ connect: { timeout: 5_000 }, connections: 16, pipelining: 1 });
  // undici's types and Node's global ones describe the same web standard twice; the door uses only what both share.
  const fetch = ((url: string, init: object) =>
    undiciFetch(url, { ...init, dispatcher })) as unknown as typeof globalThis.fetch;
  return { fetch: openDoor({ ...options, fetch }), close: () => dispatcher.close() };
}
