/** Owns what PostgreSQL and the way to it can answer instead of rows, in the catalogue's words. */
import { isWindlassError, type WindlassError } from "../../base/errors.ts";
import { storageErrors } from "../errors.ts";

type Code = keyof typeof storageErrors.entries;

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const bySqlState = new Map<string, Code>([
  ["23001", "storage.missing_reference"],
  ["23503", "storage.missing_reference"],
  ["25006", "storage.unwritable"],
  ["28000", "storage.access_refused"],
  ["28P01", "storage.access_refused"],
  ["3D000", "storage.no_database"],
  ["40001", "storage.busy"],
  ["40P01", "storage.busy"],
  ["42501", "storage.unwritable"],
  ["53100", "storage.full"],
  ["53200", "storage.unreachable"],
  ["53300", "storage.unreachable"],
  ["55000", "storage.unreachable"],
  ["55P03", "storage.busy"],
  ["57P01", "storage.unreachable"],
  ["57P02", "storage.unreachable"],
  ["57P03", "storage.unreachable"],
  ["57P05", "storage.unreachable"],
  ["58030", "storage.unreachable"],
]);

/** What the driver says in words alone. */
const lostWords =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed)/;
const tlsWords = /SSL|certificate|self-signed/i;

/** The catalogue's failure for what the driver threw; null when it is our own mistake, or a broken unique key. */
export function explainPostgres(error: unknown, place: string): WindlassError | null {
  if (!(error instanceof Error) || isWindlassError(error)) return null;
  // A percent sign that encodes no letter; the text itself may be the password.
  if (error instanceof URIError) return storageErrors.fail("storage.address_invalid");
  const code = codeOf(error);
  const failure = byState(code) ?? byPlatform(code) ?? byWords(error.message);
  if (failure === null) return null;
  // What the network says of several addresses at once has no message of its own.
  const words = error.message || code;
  return storageErrors.fail(failure, { detail: `${place}: ${words}`, cause: error });
}

function byState(code: string): Code | null {
  return bySqlState.get(code) ?? (/^08...$/.test(code) ? "storage.unreachable" : null);
}

function byPlatform(code: string): Code | null {
  if (/^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ENOENT$|EACCES$)/.test(code))
    return "storage.tls";
  return /^E[A-Z_]+$/.test(code) && !code.startsWith("ERR_") ? "storage.unreachable" : null;
}

function byWords(message: string): Code | null {
  if (lostWords.test(message)) return "storage.unreachable";
  return tlsWords.test(message) ? "storage.tls" : null;
}

/** The SQLSTATE or the platform's code, of a failure of ours that of its cause; empty when there is none. */
export function codeOf(error: unknown): string {
  if (isWindlassError(error)) return codeOf(error.cause);
  const { code } = Object(error) as { code?: unknown }; // any value has properties, and this one is looked at
  return typeof code === "string" ? code : "";
}

/** Two transactions met, and this one was taken back: it may be run again. */
export function isCollision(error: unknown): boolean {
  return ["40001", "40P01"].includes(codeOf(error));
}
