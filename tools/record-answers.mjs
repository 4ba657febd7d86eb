/**
 * Owns keeping what any emulator answers, in whatever process: `vitest.config.ts` preloads this everywhere when WINDLASS_ANSWERS names a folder.
 * Each process appends to a file of its own, a line an answer, the same one once a test file. Plain JavaScript, as an older Node may be asked to load it.
 */
import { createHash } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import { mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { isMainThread, threadId } from "node:worker_threads";

const folder = process.env.WINDLASS_ANSWERS;
const seen = new Set();
let file;

if (folder !== undefined && folder !== "") {
  // The name is that of src/emulator/core/answered.ts, which may be built or not.
  subscribe("windlass.emulator.answered", (message) => message.waitFor(keep(message)));
}

async function keep({ origin, request, response, isFault }) {
  const { pathname, searchParams } = new URL(request.url);
  const type = response.headers.get("Content-Type") ?? "";
  const isJson = /^application\/(\w+\+)?json\b/.test(type);
  const body = isJson && !isFault ? await response.text() : leave(response);
  write({
    origin,
    method: request.method,
    path: pathname,
    isPartial: searchParams.has("fields"),
    format: searchParams.get("format"),
    status: response.status,
    isFile: response.headers.has("Content-Disposition"),
    isFault,
    body,
  });
}

/**
 * Whoever was handed a body reads it or lets it go: else it is kept in memory to its end. Nobody waits for it: a branch that
 * was let go is done only when the other one is (Streams Standard, ReadableStreamTee).
 */
function leave(response) {
  response.body?.cancel().catch(() => {});
  return null;
}

function write(answer) {
  const line = JSON.stringify({ ...answer, from: source() });
  const hash = createHash("sha256").update(line).digest("base64");
  if (seen.has(hash)) return;
  seen.add(hash);
  file ??= open();
  writeSync(file, `${line}\n`);
}

function open() {
  mkdirSync(folder, { recursive: true });
  return openSync(join(folder, `${process.pid}-${isMainThread ? 0 : threadId}-${Date.now()}.jsonl`), "a");
}

/** The test file where vitest runs here, else the program. */
function source() {
  return globalThis.__vitest_worker__?.filepath ?? process.argv.slice(1, 3).join(" ");
}
