/** Owns `npm run attacks`: tries the catalogue against our server, or somebody else's, and prints how it went. */
import { parseArgs } from "node:util";
import { isAttack } from "./case.ts";
import { catalogue } from "./catalogue.ts";
import { openArena } from "./place.ts";
import { type Tried, tryCase } from "./try-case.ts";

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      group: { type: "string", multiple: true },
      case: { type: "string", multiple: true },
      json: { type: "boolean" },
    },
  });
  const chosen = catalogue.filter(
    ({ id }) =>
      (values.case === undefined || values.case.includes(id)) &&
      (values.group === undefined || values.group.includes(id.charAt(0))),
  );
  const arena = await openArena();
  const tried: Tried[] = [];
  try {
    for (const entry of chosen) {
      if (!isAttack(entry)) continue;
      const one = await tryCase(arena, entry);
      tried.push(one);
      if (!values.json) say(line(one));
    }
  } finally {
    await arena.close();
  }
  const failed = tried.filter(({ failure }) => failure !== null).length;
  say(values.json ? JSON.stringify({ tried }) : `\n${tried.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function line({ id, title, milliseconds, failure }: Tried): string {
  const result = failure === null ? "held" : "BROKEN";
  const why = failure === null ? "" : `\n      ${failure}`;
  return `${id.padEnd(4)} ${result.padEnd(7)} ${String(milliseconds).padStart(6)} ms  ${title}${why}`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
