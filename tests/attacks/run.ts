/** Owns `npm run attacks`: tries the catalogue against our server or somebody else's, or our defences one by one. */
import { parseArgs } from "node:util";
import { choose } from "./choose.ts";
import { mutants } from "./mutants.ts";
import { type ForeignTarget, mainClient, openArena } from "./place.ts";
import { type Tried, tryCase } from "./try-case.ts";
import { type TriedMutant, tryMutant } from "./try-mutant.ts";

const usage = `npm run attacks -- [--group LETTER]… [--case NUMBER]… [--json]
npm run attacks -- --mutants [PART OF A NAME]… [--json]
npm run attacks -- --target URL --login PATH --callback PATH --session PATH --upstream-port PORT
                   [--instance NAME] [--return-parameter NAME]

With --target the server there is attacked by the cases that need nothing but HTTP. docs/attacks.md says how it has
to be set up.`;

/** Two at a time: each has a process for the cases and one for the server. */
const atOnce = 2;

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      group: { type: "string", multiple: true },
      case: { type: "string", multiple: true },
      json: { type: "boolean", default: false },
      mutants: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      target: { type: "string" },
      login: { type: "string" },
      callback: { type: "string" },
      session: { type: "string" },
      instance: { type: "string" },
      "return-parameter": { type: "string" },
      "upstream-port": { type: "string" },
    },
  });
  if (values.help) {
    say(usage);
    return 0;
  }
  if (values.mutants) return tryMutants(positionals, values.json);
  return tryCases({ ...values, ids: values.case, groups: values.group });
}

interface Wishes {
  readonly ids?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly json: boolean;
  readonly "upstream-port"?: string | undefined;
  readonly target?: string | undefined;
  readonly login?: string | undefined;
  readonly callback?: string | undefined;
  readonly session?: string | undefined;
  readonly instance?: string | undefined;
  readonly "return-parameter"?: string | undefined;
}

async function tryCases(wishes: Wishes): Promise<number> {
  const { ids, groups, json } = wishes;
  const foreign = foreignTarget(wishes);
  const hasInstances = foreign?.login.includes("{instance}") ?? true;
  const { attacks, left } = choose({ ids, groups, foreign: foreign === undefined ? null : { hasInstances } });
  const port = wishes["upstream-port"];
  const upstreamPort = port === undefined ? undefined : Number(port);
  const arena = await openArena({ foreign, upstreamPort, isLong: attacks.length > 10 });
  if (foreign !== undefined && !json) say(setUp(foreign, arena.upstreams.main.origin));
  const tried: Tried[] = [];
  try {
    for (const attack of attacks) {
      const one = await tryCase(arena, attack);
      tried.push(one);
      if (!json) say(lineOf(one));
    }
  } finally {
    await arena.close();
  }
  const failed = tried.filter(({ failure }) => failure !== null).length;
  if (json) say(JSON.stringify({ tried, left }));
  else {
    for (const { id, title, because } of left)
      say(`${id.padEnd(4)} not tried          ${title}\n       ${because}`);
    say(`\n${tried.length - failed} passed, ${failed} failed`);
  }
  return failed === 0 ? 0 : 1;
}

/** Undefined for our own server. Throws when something is missing. */
function foreignTarget(wishes: Wishes): ForeignTarget | undefined {
  const { target, login, callback, session, instance } = wishes;
  if (target === undefined) return undefined;
  if (!URL.canParse(target) || [login, callback, session, wishes["upstream-port"]].includes(undefined))
    throw new Error(usage);
  const returnParameter = wishes["return-parameter"];
  return {
    origin: new URL(target).origin,
    login: login ?? "",
    callback: callback ?? "",
    session: session ?? "",
    ...(instance !== undefined && { instance }),
    ...(returnParameter !== undefined && { returnParameter }),
  };
}

function setUp({ origin, callback }: ForeignTarget, upstream: string): string {
  return `Attacking ${origin}. It has to trust this Bitbucket, which listens while this runs:
  authorize  ${upstream}/site/oauth2/authorize
  token      ${upstream}/site/oauth2/access_token
  API        ${upstream}/2.0
  key        ${mainClient.id}
  secret     ${mainClient.secret}
  callback   ${origin}${callback}
`;
}

function lineOf({ id, title, milliseconds, failure }: Tried): string {
  const result = failure === null ? "held" : "BROKEN";
  const why = failure === null ? "" : `\n       ${failure.replaceAll("\n", "\n       ")}`;
  return `${id.padEnd(4)} ${result.padEnd(7)} ${String(milliseconds).padStart(6)} ms  ${title}${why}`;
}

async function tryMutants(parts: readonly string[], json: boolean): Promise<number> {
  const chosen = mutants.filter(
    ({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)),
  );
  const tried: TriedMutant[] = [];
  const left = [...chosen];
  const turn = async () => {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const { name, caughtBy } = mutant;
      // One that cannot be made proves nothing either.
      const one = await tryMutant(mutant).catch((error: unknown) => ({
        name,
        milliseconds: 0,
        missedBy: caughtBy,
        seen: [String(error)],
      }));
      tried.push(one);
      if (!json) say(lineOfMutant(one));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, turn));
  const missed = tried.filter(({ missedBy }) => missedBy.length > 0).length;
  say(json ? JSON.stringify({ tried }) : `\n${tried.length - missed} caught, ${missed} missed`);
  return missed === 0 ? 0 : 1;
}

function lineOfMutant({ name, milliseconds, missedBy, seen }: TriedMutant): string {
  const result = missedBy.length === 0 ? "caught" : `MISSED by ${missedBy.join(", ")}`;
  const by = seen.map((each) => `\n       ${each.slice(0, 160)}`).join("");
  return `${result.padEnd(7)} ${String(milliseconds).padStart(6)} ms  ${name}${by}`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
