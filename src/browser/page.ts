/** Owns what is used of a browser: the parts of `window` the client lives on, by shape, so that it compiles anywhere. */

/** An answer of the server, as `fetch` gives it. */
export interface PageAnswer {
  readonly ok: boolean;
  readonly status: number;
  /** `opaqueredirect` for a redirect that was not followed. */
  readonly type: string;
  json(): Promise<unknown>;
}

/** What a page says to another of its origin, or a window to the page that opened it. */
export interface PageMessage {
  readonly data: unknown;
  readonly origin: string;
  readonly source: unknown;
}

/** A window that was opened. */
export interface PageWindow {
  readonly closed: boolean;
  focus(): void;
}

/** Says things to every page of the same origin, and to no other. */
export interface PageChannel {
  onmessage: ((message: PageMessage) => void) | null;
  postMessage(data: unknown): void;
  close(): void;
}

/** A store of the browser; it may refuse. */
export interface PageStorage {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

/** The page the client runs in. */
export interface Page {
  readonly Date: { now(): number };
  readonly location: {
    readonly origin: string;
    readonly pathname: string;
    readonly search: string;
    assign(address: string): void;
  };
  readonly document: { readonly visibilityState: string };
  readonly sessionStorage: PageStorage;
  readonly localStorage: PageStorage;
  readonly crypto: { randomUUID?(): string; getRandomValues(numbers: Uint32Array<ArrayBuffer>): Uint32Array };
  readonly BroadcastChannel: new (name: string) => PageChannel;
  readonly screenX: number;
  readonly screenY: number;
  readonly outerWidth: number;
  readonly outerHeight: number;
  fetch(address: string, request: Readonly<Record<string, unknown>>): Promise<PageAnswer>;
  open(address: string, name: string, features: string): PageWindow | null;
  setTimeout(work: () => void, milliseconds: number): number;
  clearTimeout(timer: number | undefined): void;
  setInterval(work: () => void, milliseconds: number): number;
  clearInterval(timer: number | undefined): void;
  addEventListener<Kind>(name: string, hear: (event: Kind) => void, options?: ListenOptions): void;
  removeEventListener<Kind>(name: string, hear: (event: Kind) => void, options?: ListenOptions): void;
}

/** How an event is listened to. */
export interface ListenOptions {
  readonly capture?: boolean;
  readonly passive?: boolean;
}

/** The page this runs in; null on a server. */
export function thisPage(): Page | null {
  // A page has all of it, and its types are not everywhere.
  return "document" in globalThis ? (globalThis as unknown as Page) : null;
}

/** Reads or writes a store of the browser; null where it refuses, as private windows and frames may. */
export function tryStorage<Found>(work: () => Found): Found | null {
  try {
    return work();
  } catch {
    return null;
  }
}
