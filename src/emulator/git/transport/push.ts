/** Owns taking a push in: its head is read and judged first, and when all of it is there git does the work on the repository's copy. */
import type { RefChange } from "../ref-changes.ts";
import { gitAnswer, gitFailed, pushDeclined, textRefusal, wrongContent } from "./answers.ts";
import type { Serving } from "./fetch.ts";
import { pointHead, withTrueHead } from "./main-branch.ts";
import { type Command, type PushHead, readPushHead } from "./packets.ts";
import { bodyOf, protocolOf } from "./request.ts";
import { talk } from "./service.ts";
import { spooled } from "./spool.ts";

/** What a product says to a push besides what git itself does. */
export interface PushRules {
  /** The lines a person reads when nothing of the push is taken; null: git goes on. */
  readonly declines: (commands: readonly Command[]) => readonly string[] | null;
  /** Told once a push, with all that moved. The answer waits for it. */
  readonly pushed: (changes: readonly RefChange[]) => Promise<void>;
}

/** More than any client sends before its pack. */
const mostHeadBytes = 32 * 1024 * 1024;

/** `POST git-receive-pack`. */
export async function receivePack(serving: Serving, request: Request, rules: PushRules): Promise<Response> {
  const body = bodyOf(request, "git-receive-pack");
  if (body === null) return wrongContent();
  const bytes = body[Symbol.asyncIterator]();
  // Packed bytes that are none break off as a client does that hangs up.
  const begun = await readHead(bytes).catch(() => null);
  if (begun === null) return textRefusal(400, "Bad Request");
  const { head, read } = begun;
  // A client asks so whether it may push before it sends much.
  if (head.commands.length === 0) return gitAnswer(Buffer.alloc(0), "git-receive-pack", "result");
  const refusal = rules.declines(head.commands);
  if (refusal === null)
    return spooled(rest(read, bytes), (input) => takeIn(serving, request, { input, rules }));
  await drain(bytes);
  return pushDeclined(head, refusal);
}

async function takeIn(
  { repositories, path, manners }: Serving,
  request: Request,
  { input, rules }: { readonly input: AsyncIterable<Uint8Array>; readonly rules: PushRules },
): Promise<Response> {
  await withTrueHead(repositories, path);
  const { result, changes } = await repositories.write(path, async (git) => {
    const served = talk(git.location, "git-receive-pack", { manners, protocol: protocolOf(request), input });
    const output = new Uint8Array(await new Response(served.output).arrayBuffer());
    const exitCode = await served.exited;
    await pointHead(git);
    // A client that wants no report gets an empty answer to a push that went well.
    return exitCode !== 0 && output.length === 0 ? null : output;
  });
  if (changes.length > 0) await rules.pushed(changes);
  return result === null ? gitFailed() : gitAnswer(result, "git-receive-pack", "result");
}

/** The commands, and the bytes read to find them. Null for what is no push. */
async function readHead(
  bytes: AsyncIterator<Uint8Array>,
): Promise<{ readonly head: PushHead; readonly read: Buffer } | null> {
  let read = Buffer.alloc(0);
  while (read.length <= mostHeadBytes) {
    const { done, value } = await bytes.next();
    if (done === true) return null;
    read = Buffer.concat([read, value]);
    const head = readPushHead(read);
    if (head === "malformed") return null;
    if (head !== null) return { head, read };
  }
  return null;
}

async function* rest(read: Buffer, bytes: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield read;
    for (let part = await bytes.next(); part.done !== true; part = await bytes.next()) yield part.value;
  } finally {
    await bytes.return?.();
  }
}

/** A client that is still sending would miss the answer. */
async function drain(bytes: AsyncIterator<Uint8Array>): Promise<void> {
  while ((await bytes.next()).done !== true);
}
