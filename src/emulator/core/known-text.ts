/** Owns remembering the text an answer was made of, so that it can be sent at once instead of being read back from a stream. */

const texts = new WeakMap<Response, string>();

/** An answer of this text. What wraps it in another answer forgets it, and is read as any other. */
export function responseOfText(text: string, init: ResponseInit): Response {
  const response = new Response(text, init);
  texts.set(response, text);
  return response;
}

/** The text of an answer nobody has read from; undefined: read it. */
export function knownText(response: Response): string | undefined {
  return response.bodyUsed ? undefined : texts.get(response);
}
