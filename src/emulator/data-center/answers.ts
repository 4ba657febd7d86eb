/** Owns the answers of a Data Center that are not data: the `errors` body with its exceptions, text, and HTML pages. */
import { responseOfText } from "../core/known-text.ts";

/** One entry of an `errors` body. `exceptionName` is the last words of the class, after `com.atlassian.bitbucket.`. */
export interface DcError {
  /** The field a validation is about; null for all others. */
  readonly context?: string | null;
  readonly message: string;
  readonly exceptionName: string;
}

/** JSON as Bitbucket sends it. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return responseOfText(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json;charset=UTF-8", ...headers },
  });
}

/** `{"errors":[{context,message,exceptionName}]}`; names get the prefix of Bitbucket's classes unless they have one. */
export function dcErrors(
  status: number,
  errors: readonly DcError[],
  headers: Record<string, string> = {},
): Response {
  const entries = errors.map(({ context = null, message, exceptionName }) => ({
    context,
    message,
    exceptionName: /^(com|javax?)\./.test(exceptionName)
      ? exceptionName
      : `com.atlassian.bitbucket.${exceptionName}`,
  }));
  return json({ errors: entries }, status, headers);
}

export function dcError(status: number, exceptionName: string, message: string): Response {
  return dcErrors(status, [{ exceptionName, message }]);
}

export function plainText(text: string, status = 200): Response {
  return new Response(text, { status, headers: { "Content-Type": "text/plain;charset=UTF-8" } });
}

/** A page that is not part of the REST API. `title` and `text` are ours and need no escaping. */
export function htmlPage(status: number, title: string, text: string): Response {
  const markup = `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>${title} - Bitbucket</title></head><body><h1>${title}</h1><p>${text}</p></body></html>\n`;
  return new Response(markup, { status, headers: { "Content-Type": "text/html;charset=UTF-8" } });
}
