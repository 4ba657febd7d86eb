/** Owns recording what is asked and answered, for a person to read or to hand on: every secret is masked before it is written. */
import { STATUS_CODES } from "node:http";
import type { JournalEntry } from "../core/journal.ts";
import { bodyNote, keptText, type RecordedBody, readBody } from "./body.ts";
import { openHarFile } from "./har-file.ts";
import { learnFromRequest, learnFromWorld } from "./learn.ts";
import { createSecrets, isSecretHeader, maskedHeader, type Secrets } from "./mask.ts";

export interface Recorder {
  /** Before a request is answered, while its body can still be copied. */
  begin(request: Request): Recording;
  /** Names the worlds, whose secrets are masked wherever they stand. */
  watch(worlds: readonly object[]): void;
  /** Ends when all that was answered is written. */
  close(): Promise<void>;
}

export interface Recording {
  /** With the answer, which stays unread for its client; null: the connection was cut. */
  end(entry: JournalEntry, response: Response | null): void;
}

/** So long, in milliseconds, a body that is still on its way is waited for at the end. */
const patience = 200;

/** Records into a HAR file, made anew. Throws `EmulatorFailure` `bad_option` for a place that cannot be written to. */
export function createRecorder(path: string): Recorder {
  const file = openHarFile(path);
  const secrets = createSecrets();
  const open = new Set<Promise<unknown>>();
  const ending = new AbortController();
  let worlds: readonly object[] = [];
  const learn = () => {
    secrets.forgetOld();
    for (const world of worlds) learnFromWorld(world, secrets);
  };
  const record = async (request: Request, entry: JournalEntry, bodies: Bodies) => {
    const [sent, received] = await Promise.all([bodies.sent, bodies.received]);
    // Reading an API makes no secrets; everything else may.
    if (entry.origin !== "api" || entry.method !== "GET" || secrets.isFull()) learn();
    learnFromRequest(request, sent.text ?? "", secrets);
    file.add(harEntry({ request, entry, sent, received, response: bodies.response }, secrets));
  };
  return {
    watch(all) {
      worlds = all;
      learn();
    },
    begin(request) {
      const own = request.clone();
      const sent = readBody(own.body, own.headers.get("Content-Type") ?? "", ending.signal);
      return {
        end(entry, response) {
          const copy = response?.clone() ?? null;
          const type = copy?.headers.get("Content-Type") ?? "";
          const received = readBody(copy?.body ?? null, type, ending.signal);
          const work: Promise<unknown> = record(own, entry, { sent, received, response: copy })
            .catch((error: unknown) => warnOf(path, error))
            .then(() => open.delete(work));
          open.add(work);
        },
      };
    },
    async close() {
      const timer = setTimeout(() => ending.abort(), patience);
      await Promise.allSettled(open);
      clearTimeout(timer);
      ending.abort();
      file.close();
    },
  };
}

/** One request that cannot be recorded ends nothing else. It may hold secrets, so it is not named. */
function warnOf(path: string, error: unknown): void {
  const kind = error instanceof Error ? error.name : typeof error;
  process.emitWarning(`A request is missing in the recording ${path}: it could not be read (${kind}).`);
}

interface Bodies {
  readonly sent: Promise<RecordedBody>;
  readonly received: Promise<RecordedBody>;
  readonly response: Response | null;
}

interface Recorded {
  readonly request: Request;
  readonly response: Response | null;
  readonly entry: JournalEntry;
  readonly sent: RecordedBody;
  readonly received: RecordedBody;
}

function harEntry(recorded: Recorded, secrets: Secrets): object {
  const { entry } = recorded;
  return {
    startedDateTime: entry.at,
    time: entry.milliseconds,
    request: harRequest(recorded, secrets),
    response: harResponse(recorded, secrets),
    cache: {},
    timings: { send: 0, wait: entry.milliseconds, receive: 0 },
    _origin: entry.origin,
    _person: entry.person,
    _fault: entry.fault,
  };
}

function harRequest({ request, sent }: Recorded, secrets: Secrets): object {
  const url = secrets.mask(request.url);
  const type = request.headers.get("Content-Type") ?? "";
  return {
    method: request.method,
    url,
    httpVersion: "HTTP/1.1",
    cookies: [],
    headers: harHeaders(request.headers, secrets),
    queryString: [...new URL(url).searchParams].map(([name, value]) => ({ name, value })),
    ...(sent.bytes === 0 ? {} : { postData: { mimeType: type, ...written(sent, secrets) } }),
    headersSize: -1,
    bodySize: sent.bytes,
  };
}

function harResponse({ response, received }: Recorded, secrets: Secrets): object {
  if (response === null) return { ...harAnswer(0, []), comment: "The connection was cut." };
  const mimeType = response.headers.get("Content-Type") ?? "";
  return {
    ...harAnswer(response.status, harHeaders(response.headers, secrets)),
    content: { size: received.bytes, mimeType, ...written(received, secrets) },
    redirectURL: secrets.mask(response.headers.get("Location") ?? ""),
    bodySize: received.bytes,
  };
}

function harAnswer(status: number, headers: readonly object[]): object {
  return {
    status,
    statusText: STATUS_CODES[status] ?? "",
    httpVersion: "HTTP/1.1",
    cookies: [],
    headers,
    content: { size: 0, mimeType: "" },
    redirectURL: "",
    headersSize: -1,
    bodySize: 0,
  };
}

function harHeaders(headers: Headers, secrets: Secrets): readonly object[] {
  return [...headers].map(([name, value]) => ({
    name,
    value: isSecretHeader(name) ? maskedHeader(name, value) : secrets.mask(value),
  }));
}

function written(body: RecordedBody, secrets: Secrets): object {
  const note = bodyNote(body);
  return {
    ...(body.text === null || body.text === "" ? {} : { text: keptText(secrets.mask(body.text)) }),
    ...(note === null ? {} : { comment: note }),
  };
}
