/** Owns the line `windlass emulate` prints of each request. */
import { styleText } from "node:util";
import type { JournalEntry } from "../emulator/core/journal.ts";

const products: Readonly<Record<JournalEntry["origin"], string>> = {
  web: "cloud",
  api: "cloud api",
  dataCenter: "dc",
  server: "server",
};

/** `08:15:30  cloud api  GET   /2.0/user?fields=uuid  200   1.2 ms  johndoe`. The time is the emulator's, in UTC; nothing in it is a secret. */
export function requestLine(entry: JournalEntry): string {
  const { at, origin, method, path, query, status, milliseconds, person, client, fault, hint } = entry;
  const address = query === "" ? path : `${path}?${query}`;
  return [
    at.slice(11, 19),
    products[origin].padEnd(9),
    method.padEnd(4),
    address,
    status === 0 ? "cut" : String(status),
    `${milliseconds.toFixed(1)} ms`,
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
