/** Owns `windlass keys`: what seals the tokens, rotating it, and giving up a key that is lost. */
import { parseArgs } from "node:util";
import type { KeyRoom, KeyStatus, Rotated, RotationProgress } from "../../app/keys/keys.ts";
import { type Command, Refusal, UsageError } from "../command.ts";
import { counted } from "../counted.ts";
import { configOption } from "../options.ts";
import { printWidth, table } from "../table.ts";

const help = `windlass keys: the keys that seal tokens

Usage: windlass keys status [--config FILE] [--json]
       windlass keys rotate [--config FILE] [--json]
       windlass keys give-up KEYID --yes [--config FILE] [--json]

  status         which keys there are, where they come from, and what still needs them
  rotate         a new key for every project, and everything sealed anew, beside running servers;
                 with a key file also a new key in its first line, else the first of WINDLASS_KEY wraps.
                 Stopped at any moment and called again, it goes on
  give-up KEYID  says that a missing key is lost for good: the server starts without it, and the
                 connections it sealed have to be made anew. Only with --yes

  --config FILE  configuration: windlass.yaml, or Backstage's app-config.yaml; of several, later ones win
                 (default: windlass.yaml where it exists, else the environment)
  --json         one JSON object; progress goes to standard error in any case

Exit code 0 when all is well, 1 when a key is missing, something does not open or was refused, 2 for
wrong use. docs/keys.md tells how the keys hang together.

Example: windlass keys status
`;

export const command: Command = {
  name: "keys",
  summary: "the keys that seal tokens: status, rotate, give up a lost one",
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { config: configOption, json: { type: "boolean" }, yes: { type: "boolean" } },
      allowPositionals: true,
    });
    const [task = "", keyId, ...more] = positionals;
    const run = readTask(task, { keyId, isConfirmed: values.yes === true, more });
    const [{ readServerConfig }, { openKeyRoom }] = await Promise.all([
      import("../server-config.ts"),
      import("../../app/keys/keys.ts"),
    ]);
    const room = await openKeyRoom(readServerConfig(values.config));
    try {
      return await run(room, values.json === true);
    } finally {
      await room.close();
    }
  },
};

type Task = (room: KeyRoom, isJson: boolean) => Promise<number>;

function readTask(
  task: string,
  given: {
    readonly keyId: string | undefined;
    readonly isConfirmed: boolean;
    readonly more: readonly string[];
  },
): Task {
  const { keyId, isConfirmed, more } = given;
  if (task === "give-up") {
    if (keyId === undefined || more.length > 0)
      throw new UsageError("keys give-up needs one KEYID, as windlass keys status shows it.");
    if (!isConfirmed)
      throw new Refusal(
        `Nothing was done: what ${keyId} sealed can never be opened again without it. Say --yes if it is lost for good.`,
      );
    return (room, isJson) => giveUp(room, keyId, isJson);
  }
  if (task !== "status" && task !== "rotate")
    throw new UsageError(
      task === "" ? "keys needs status, rotate or give-up." : `keys knows no ${JSON.stringify(task)}.`,
    );
  if (keyId !== undefined) throw new UsageError(`keys ${task} takes no ${JSON.stringify(keyId)}.`);
  return task === "status" ? status : rotate;
}

async function status(room: KeyRoom, isJson: boolean): Promise<number> {
  const found = await room.status();
  process.stdout.write(isJson ? `${JSON.stringify(found)}\n` : describeStatus(found));
  return found.wrappingKeys.some(({ source }) => source === "missing") ? 1 : 0;
}

function describeStatus({ wrappingKeys, dataKeys, rowsOnReplaced, rotation }: KeyStatus): string {
  const [first] = wrappingKeys;
  const rows = wrappingKeys.map((key) => [
    key.id,
    key.source,
    counted(key.wraps, "data key"),
    [
      counted(key.connections, "connection"),
      ...(key === first && isHere(key.source) ? ["wraps what is new"] : []),
    ].join(", "),
  ]);
  const waiting = Object.values(rowsOnReplaced).reduce((sum, count) => sum + count, 0);
  return [
    wrappingKeys.length === 0 ? "No key is given.\n" : table(rows, printWidth(process.stdout.columns)),
    `${counted(dataKeys.current, "data key")} in use, ${dataKeys.replaced} replaced; `,
    `${counted(waiting, "row")} still sealed with a replaced one.\n`,
    describeRotation(rotation),
  ].join("");
}

function describeRotation(rotation: KeyStatus["rotation"]): string {
  if (rotation === null) return "";
  const { startedAt, finishedAt } = rotation;
  if (finishedAt === null)
    return `A rotation of ${startedAt} is not at its end. Run windlass keys rotate to go on.\n`;
  return `Last rotated ${finishedAt}.\n`;
}

function isHere(source: KeyStatus["wrappingKeys"][number]["source"]): boolean {
  return source !== "missing" && source !== "given up";
}

async function rotate(room: KeyRoom, isJson: boolean): Promise<number> {
  const rotated = await room.rotate({ onProgress: progressLines() });
  process.stdout.write(isJson ? `${JSON.stringify(rotated)}\n` : describeRotated(rotated));
  return rotated.closed.length === 0 ? 0 : 1;
}

/** A line for each step and each twentieth of it. */
function progressLines(): (progress: RotationProgress) => void {
  let last = "";
  return ({ step, done, of }) => {
    const twentieth = of === 0 ? 20 : Math.floor((done * 20) / of);
    const line = `${step} ${twentieth}`;
    if (line === last) return;
    last = line;
    process.stderr.write(`windlass: ${step}: ${done} of ${of}\n`);
  };
}

function describeRotated(rotated: Rotated): string {
  const { wrapperId, newDataKeys, resealed, rewrapped, deleted, droppedKeyIds, closed, isResumed } = rotated;
  const lines = [
    `${isResumed ? "Went on with the rotation that was stopped. " : ""}${wrapperId} wraps all data keys now.`,
    `${counted(newDataKeys, "new data key")}; ${counted(resealed, "row")} sealed anew, ${counted(rewrapped, "key")} wrapped anew, ${counted(deleted, "old key")} deleted.`,
    ...droppedKeyIds.map((id) => `${id} was needed by nothing for long and is no longer in the key file.`),
    ...closed.slice(0, 10).map(({ id, code }) => `${id} does not open and stays as it is [${code}]`),
    ...(closed.length > 10 ? [`… and ${closed.length - 10} more`] : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

async function giveUp(room: KeyRoom, keyId: string, isJson: boolean): Promise<number> {
  const connections = await room.giveUp(keyId);
  const sentence = `${keyId} is given up; ${counted(connections, "connection")} can only be connected anew.`;
  process.stdout.write(isJson ? `${JSON.stringify({ keyId, connections })}\n` : `${sentence}\n`);
  return 0;
}
