/** Owns how much of a body is recorded: text up to a length, and of anything else only how long it was. */

/** So much text is kept of a body, in bytes. */
const mostText = 64 * 1024;
/** Longer than any token: a secret at the end of what is kept is read whole before it is masked. */
const beyond = 8 * 1024;

export interface RecordedBody {
  /** The text, a little longer than what is to be kept; null for what is no text. */
  readonly text: string | null;
  /** Of all that was read. */
  readonly bytes: number;
  /** Whether there was more. */
  readonly isCut: boolean;
}

/** Reads a body of one's own to its end, until enough is known of it, or until `stop` is aborted. */
export async function readBody(
  body: ReadableStream<Uint8Array> | null,
  type: string,
  stop: AbortSignal,
): Promise<RecordedBody> {
  if (body === null) return { text: "", bytes: 0, isCut: false };
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let isCut = false;
  const reader = body.getReader();
  const giveUp = () => {
    isCut = true;
    void reader.cancel().catch(() => undefined);
  };
  if (stop.aborted) giveUp();
  stop.addEventListener("abort", giveUp, { once: true });
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      chunks.push(read.value);
      bytes += read.value.length;
      if (bytes > mostText + beyond) giveUp();
    }
  } catch {
    // A connection that broke: what came is what there is to tell.
    isCut = true;
  } finally {
    stop.removeEventListener("abort", giveUp);
  }
  const text = isText(type) ? Buffer.concat(chunks).toString("utf8", 0, mostText + beyond) : null;
  return { text, bytes, isCut };
}

/** What is written down of a text that was masked already. */
export function keptText(text: string): string {
  return text.slice(0, mostText);
}

/** Said beside what is written down; null: it is all there. */
export function bodyNote({ text, bytes, isCut }: RecordedBody): string | null {
  const amount = `${isCut ? "more than " : ""}${bytes} bytes`;
  if (text === null && bytes > 0) return `Not text: ${amount} left out.`;
  if (bytes > mostText) return `Cut after ${mostText} of ${amount}.`;
  return isCut ? `It broke off after ${bytes} bytes.` : null;
}

function isText(type: string): boolean {
  return type === "" || /^text\/|json|xml|javascript|x-www-form-urlencoded/i.test(type);
}
