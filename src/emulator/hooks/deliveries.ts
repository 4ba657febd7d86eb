/** Owns deliveries of webhooks, whatever the product: sending them in the background, trying again, and the list of attempts. */
import { randomUUID } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import { boundedCache } from "../core/bounded-cache.ts";
import { type Outcome, post } from "./post.ts";

/** How a product delivers. */
export interface Manner {
  readonly timeoutMilliseconds: number;
  /** The first one included. */
  readonly mostAttempts: number;
  /** By the emulator's clock. */
  readonly spacingSeconds: number;
  readonly triesAgainAfter: (outcome: Outcome) => boolean;
  /** Whether a further attempt, or a redelivery, has the request id of the first. */
  readonly keepsRequestId: boolean;
  readonly mayStayInside: boolean;
  readonly verifiesCertificates: boolean;
}

export interface DeliveryAddress {
  readonly product: "cloud" | "dataCenter" | "server";
  /** The hook's id, as its product writes it. */
  readonly hook: string;
  readonly event: string;
  readonly url: string;
}

/** One event for one hook: the exact bytes, and the headers of each attempt. */
export interface Delivery extends DeliveryAddress {
  readonly body: Buffer;
  readonly manner: Manner;
  readonly headersOf: (attempt: {
    readonly number: number;
    readonly requestId: string;
  }) => Readonly<Record<string, string>>;
  /** Told of every attempt. */
  readonly onAttempt?: (attempted: Attempted) => void;
}

export interface Attempted {
  readonly at: Date;
  readonly requestId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly outcome: Outcome;
}

/** One attempt, or one delivery that was never sent. Holds no secret. */
export interface DeliveryEntry extends DeliveryAddress {
  /** Of the delivery, which its attempts share. */
  readonly id: string;
  /** By the emulator's clock. */
  readonly at: string;
  /** Null: not sent. */
  readonly requestId: string | null;
  /** From 1; 0: not sent. */
  readonly attempt: number;
  /** Null: no answer. */
  readonly status: number | null;
  /** What became of the connection where there was no answer. */
  readonly error: string | null;
  readonly milliseconds: number | null;
  readonly bytes: number;
  /** Why it was not sent. */
  readonly reason: string | null;
  /** The delivery this one repeats. */
  readonly redeliveryOf: string | null;
}

export interface Deliveries {
  /** Returns at once. */
  send(delivery: Delivery): void;
  /** One attempt, awaited. */
  sendOnce(delivery: Delivery): Promise<Attempted>;
  /** Notes a delivery that its product drops. */
  drop(delivery: Delivery, reason: string): void;
  /**
   * Sends what was delivered once more. Null for an id unknown or forgotten, a `network` error where a reset cut it; the request id is
   * the first one's unless told.
   */
  redeliver(id: string, keepsRequestId?: boolean): Promise<DeliveryEntry | null>;
  /** Attempts, oldest first. */
  list(): readonly DeliveryEntry[];
  clear(): void;
  /** Ends when nothing is under way, waiting between attempts included. */
  settled(): Promise<void>;
  /** Cuts what is under way and forgets everything. */
  reset(): void;
  close(): Promise<void>;
}

/** The newest are kept. */
const mostEntries = 10_000;
/** Of what can be sent again: bodies, and a little for each. */
const mostRememberedBytes = 32 * 1024 * 1024;
const bytesOfOne = 1024;

/** A delivery with its place in the list. */
interface Numbered {
  readonly id: string;
  readonly delivery: Delivery;
  readonly requestId: string;
  readonly redeliveryOf: string | null;
}

export function createDeliveries(clock: Clock): Deliveries {
  const book = openBook(clock);
  const underWay = new Set<Promise<unknown>>();
  let ending = new AbortController();

  const inBackground = (work: Promise<unknown>) => {
    const forget = () => underWay.delete(ended);
    const ended: Promise<unknown> = work.then(forget, forget);
    underWay.add(ended);
  };
  const cut = () => {
    ending.abort(new Error("The emulator was reset or is closing."));
    ending = new AbortController();
  };
  const settled = async () => {
    while (underWay.size > 0) await Promise.allSettled(underWay);
  };

  return {
    send(delivery) {
      const work = sendUntilTaken(book, book.number(delivery), clock, ending.signal);
      inBackground(work.catch((error: unknown) => warnOf(delivery, error)));
    },
    async sendOnce(delivery) {
      const work = attempt(book, book.number(delivery), 1, ending.signal);
      inBackground(work);
      return (await work).attempted;
    },
    drop: (delivery, reason) => book.note(emptyEntry(book.number(delivery), clock.now(), reason)),
    async redeliver(id, keepsRequestId) {
      const again = book.numberAgain(id, keepsRequestId);
      if (again === null) return null;
      const work = attempt(book, again, 1, ending.signal);
      inBackground(work);
      return (await work).entry;
    },
    list: () => book.entries(),
    clear: () => book.clear(),
    settled,
    reset() {
      cut();
      book.forget();
    },
    async close() {
      cut();
      await settled();
    },
  };
}

type Book = ReturnType<typeof openBook>;

/** What was sent, to be listed and to be sent again. */
function openBook(clock: Clock) {
  let entries: DeliveryEntry[] = [];
  let made = 0;
  const rememberAnew = () =>
    boundedCache<Numbered>(mostRememberedBytes, ({ delivery }) => delivery.body.length + bytesOfOne);
  let remembered = rememberAnew();

  const keep = (delivery: Delivery, requestId: string, redeliveryOf: string | null): Numbered => {
    made += 1;
    const numbered = { id: `delivery-${made}`, delivery, requestId, redeliveryOf };
    remembered.set(numbered.id, numbered);
    return numbered;
  };

  return {
    now: () => clock.now(),
    number: (delivery: Delivery) => keep(delivery, randomUUID(), null),
    numberAgain(id: string, keepsRequestId: boolean | undefined): Numbered | null {
      const known = remembered.get(id);
      if (known === undefined) return null;
      const keeps = keepsRequestId ?? known.delivery.manner.keepsRequestId;
      return keep(known.delivery, keeps ? known.requestId : randomUUID(), id);
    },
    note(entry: DeliveryEntry): void {
      entries.push(entry);
      if (entries.length > mostEntries) entries = entries.slice(mostEntries / 10);
    },
    entries: (): readonly DeliveryEntry[] => [...entries],
    clear() {
      entries = [];
    },
    forget() {
      entries = [];
      remembered = rememberAnew();
    },
  };
}

/** Nobody waits for what is sent in the background. */
function warnOf({ event, hook }: Delivery, error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  process.emitWarning(`The webhook ${event} to hook ${hook} was not delivered: ${why}.`);
}

/** Tries as often as the product does. What was cut is noted nowhere. */
async function sendUntilTaken(book: Book, one: Numbered, clock: Clock, signal: AbortSignal): Promise<void> {
  const { mostAttempts, spacingSeconds, triesAgainAfter } = one.delivery.manner;
  for (let count = 1; count <= mostAttempts && !signal.aborted; count += 1) {
    const { attempted } = await attempt(book, one, count, signal);
    if (count === mostAttempts || !triesAgainAfter(attempted.outcome)) return;
    await clock.sleep(spacingSeconds * 1000, signal).catch(() => {});
  }
}

async function attempt(book: Book, one: Numbered, count: number, signal: AbortSignal) {
  const { delivery } = one;
  const requestId = count === 1 || delivery.manner.keepsRequestId ? one.requestId : randomUUID();
  const at = book.now();
  const headers = delivery.headersOf({ number: count, requestId });
  const { url, body, manner } = delivery;
  const outcome = await post({ ...manner, url, headers, body, closing: signal });
  const attempted: Attempted = { at, requestId, headers, outcome };
  const entry = entryOf(one, count, attempted);
  if (signal.aborted) return { attempted, entry };
  book.note(entry);
  delivery.onAttempt?.(attempted);
  return { attempted, entry };
}

function emptyEntry(
  { id, delivery, redeliveryOf }: Numbered,
  at: Date,
  reason: string | null,
): DeliveryEntry {
  const { product, hook, event, url, body } = delivery;
  return {
    id,
    at: at.toISOString(),
    product,
    hook,
    event,
    url: withoutPassword(url),
    requestId: null,
    attempt: 0,
    status: null,
    error: null,
    milliseconds: null,
    bytes: body.length,
    reason,
    redeliveryOf,
  };
}

function entryOf(one: Numbered, attempt: number, { at, requestId, outcome }: Attempted): DeliveryEntry {
  const answered = outcome.kind === "answered";
  return {
    ...emptyEntry(one, at, null),
    requestId,
    attempt,
    milliseconds: outcome.milliseconds,
    status: answered ? outcome.status : null,
    error: answered ? null : `${outcome.kind}: ${outcome.message}`,
  };
}

/** A URL may carry a name and password before its host. */
function withoutPassword(text: string): string {
  const url = new URL(text);
  if (url.username === "" && url.password === "") return text;
  url.username = "";
  url.password = "";
  return url.href;
}
