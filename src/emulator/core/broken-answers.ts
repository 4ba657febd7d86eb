/** Owns answers that are broken on the way: cut, cut short, slow, without end, mislabelled, or leading in a circle. */
import type { Clock } from "../../base/clock.ts";
import type { ArmedFault } from "./faults.ts";

/** What breaking an answer needs besides it. */
export interface Breaking {
  readonly clock: Clock;
  /** Aborted when the client or the emulator goes. */
  readonly gone: AbortSignal;
}

/** Kinds that take the real answer and change it. */
export function changesAnswer({ kind }: ArmedFault): boolean {
  return kind === "content-type" || kind === "truncate" || kind === "trickle" || kind === "cut-body";
}

/** Kinds whose body comes by and by, or never ends: nobody may wait for the whole. */
export function streams({ kind }: ArmedFault): boolean {
  return kind === "trickle" || kind === "huge" || kind === "endless" || kind === "cut-body";
}

/** Statuses whose answers have no body, whatever a fault says. */
export function isBodiless(status: number | undefined): boolean {
  return status === 204 || status === 205 || status === 304;
}

/** The real answer, changed as a fault of {@link changesAnswer} wants it. `cut-body` is broken by the server: here it is whole. */
export async function changedAnswer(
  real: Response,
  fault: ArmedFault,
  breaking: Breaking,
): Promise<Response> {
  const headers = new Headers(real.headers);
  const init = { status: fault.status ?? real.status, headers };
  if (fault.kind === "content-type")
    headers.set("Content-Type", fault.contentType ?? "text/html; charset=utf-8");
  if (isBodiless(init.status)) return new Response(null, init);
  if (fault.kind === "content-type") return new Response(fault.body ?? real.body, init);
  const bytes = fault.body === undefined ? await real.bytes() : new TextEncoder().encode(fault.body);
  headers.delete("Content-Length");
  if (fault.kind === "truncate") return new Response(bytes.subarray(0, keptBytes(bytes, fault)), init);
  if (fault.kind === "trickle") return new Response(trickle(bytes, fault, breaking), init);
  return new Response(bytes, init);
}

/** How much of a body comes before it is cut. */
export function keptBytes(bytes: Uint8Array, fault: ArmedFault): number {
  return Math.min(bytes.length, fault.bytes ?? Math.floor(bytes.length / 2));
}

function trickle(
  bytes: Uint8Array,
  fault: ArmedFault,
  { clock, gone }: Breaking,
): ReadableStream<Uint8Array> {
  const piece = Math.max(1, fault.bytes ?? 16);
  const between = fault.delayMilliseconds ?? 1000;
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      await clock.sleep(between, gone).catch(() => undefined);
      // Nobody reads on, and the connection is gone with the client or the emulator.
      if (gone.aborted) return controller.close();
      controller.enqueue(bytes.slice(at, at + piece));
      at += piece;
      if (at >= bytes.length) controller.close();
    },
  });
}

const hugeBytes = 64 * 1024 * 1024;
const opening = '{"type":"error","error":{"message":"';
const closing = '"}}';
const filler = new TextEncoder().encode("x".repeat(64 * 1024));

/** One string of JSON that is very long, or has no end. */
export function longAnswer(fault: ArmedFault): Response {
  const whole =
    fault.kind === "huge" ? Math.max(fault.bytes ?? hugeBytes, opening.length + closing.length) : null;
  let left = whole === null ? Number.POSITIVE_INFINITY : whole - opening.length - closing.length;
  let opened = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (!opened) controller.enqueue(new TextEncoder().encode(opening));
      opened = true;
      const piece = left >= filler.length ? filler.slice() : filler.slice(0, left);
      left -= piece.length;
      if (piece.length > 0) controller.enqueue(piece);
      if (left > 0) return;
      controller.enqueue(new TextEncoder().encode(closing));
      controller.close();
    },
  });
  const headers = { "Content-Type": fault.contentType ?? "application/json" };
  return new Response(body, { status: fault.status ?? 200, headers });
}

/** To the same address again, query and all, unless a place is told. */
export function circle(request: Request, fault: ArmedFault): Response {
  const { pathname, search } = new URL(request.url);
  const headers = { Location: fault.location ?? `${pathname}${search}` };
  return new Response(null, { status: fault.status ?? 302, headers });
}
