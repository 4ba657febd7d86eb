/** Owns the line `windlass emulate` prints of each request. */
import { styleText } from "node:util";
import type { JournalEntry } from "../emulator/core/journal.ts";

const products: Readonly<Record<JournalEntry["origin"], string>> = {
  web: "cloud",
  api: "cloud api",
  dataCenter: "dc",
  server: "server",
};

/** `08:15:30  cloud api  GET     200     1.2 ms  /2.0/user?fields=uuid  johndoe`: what differs in length comes last. The time is the emulator's, in UTC; nothing in it is a secret. */
export function requestLine(entry: JournalEntry): string {
  const { at, origin, method, path, query, status, milliseconds, person, client, fault, hint } = entry;
  const address = query === "" ? path : `${path}?${query}`;
  return [
    at.slice(11, 19),
    products[origin].padEnd(9),
    method.padEnd(6),
    status === 0 ? "cut" : String(status),
    `${milliseconds.toFixed(1).padStart(6)} ms`,
    address,
    ...(person === null && client === null ? [] : [person ?? `app ${client?.slice(0, 8)}…`]),
    ...(fault === null ? [] : [`(${fault})`]),
    ...(hint === undefined ? [] : [`(${hint})`]),
  ].join("  ");
}

/** Prints it on standard error, coloured by its status where a person looks on. */
export function logRequest(entry: JournalEntry): void {
  const colour = entry.status === 0 || entry.status >= 500 ? "red" : entry.status >= 400 ? "yellow" : "green";
  process.stderr.write(`${styleText(colour, requestLine(entry), { stream: process.stderr })}\n`);
}
