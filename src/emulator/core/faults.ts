/** Owns faults on command: which requests go wrong, how, and how often. */
import { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import { EmulatorFailure } from "./errors.ts";
import type { JournalOrigin } from "./journal.ts";

const ownAnswers = ["status", "html", "text", "rate-limit", "redirect"] as const;
const changedAnswers = ["content-type", "truncate", "cut-body", "trickle"] as const;

/** What a header can carry. */
const headerText = z.string().regex(/^[\t\x20-\x7e]*$/, "must be plain ASCII, as a header is");

export const faultSchema = z.strictObject({
  /** Any method when left out. */
  method: z.string().toUpperCase().optional(),
  /** The path, without query; `*` stands for anything. All origins. */
  path: z.string().startsWith("/").or(z.literal("*")),
  /** Narrows to one origin. */
  origin: z.enum(["web", "api", "dataCenter", "server"]).optional(),
  /** How many requests it hits; 0: until cleared. */
  count: z.int().min(0).default(1),
  /** How many matching requests pass unharmed before. */
  skip: z.int().min(0).default(0),
  /** Hits only every so-manieth of the matching requests: 3 lets two pass, then hits one. */
  every: z.int().min(1).optional(),
  /** Hits this part of the matching requests, spread evenly: 0.25 is the same as `every` 4. */
  share: z.number().gt(0).max(1).optional(),
  /** Only from this time on, by the emulator's clock. */
  from: z.iso.datetime({ offset: true }).optional(),
  /** Only until this time. */
  until: z.iso.datetime({ offset: true }).optional(),
  /** Only for so long from now on, or from `from` on. */
  forSeconds: z.number().min(0).optional(),
  /**
   * `status`: JSON envelope · `html`, `text`: such a body · `rate-limit`: 429 · `redirect`: to itself, without end ·
   * `delay`: late, then as usual · `cut`: the connection breaks · `cut-body`: it breaks in the middle of the body ·
   * `truncate`: the body ends early · `trickle`: the body comes in small pieces · `content-type`: another one ·
   * `huge`: a body of many bytes · `endless`: a body that never ends.
   */
  kind: z.enum([...ownAnswers, ...changedAnswers, "huge", "endless", "delay", "cut"]),
  status: z.int().min(200).max(599).optional(),
  body: z.string().optional(),
  contentType: headerText.optional(),
  /** Of `redirect`: where to, instead of the same address again. */
  location: headerText.optional(),
  retryAfterSeconds: z.int().min(0).optional(),
  /** By the emulator's clock: before the answer, with `trickle` before each piece (1000 unless told). */
  delayMilliseconds: z.int().min(0).optional(),
  /** Of `cut-body` and `truncate`: how much comes (half of it unless told). Of `trickle`: a piece (16). Of `huge`: all of it (64 MiB). */
  bytes: z.int().min(0).optional(),
  /** The request does its work first, and only the answer is lost: a token is rotated, yet nobody hears of it. */
  afterWork: z.boolean().default(false),
});

/** What goes wrong on purpose, for which requests, and how often. */
export type Fault = z.input<typeof faultSchema>;
/** A fault that waits for its requests, and how often it has struck. */
export type ArmedFault = z.output<typeof faultSchema> & { readonly id: string; hits: number; passed: number };

/** What a request meets: every delay that is due, and one fault of another kind. */
export interface Struck {
  readonly delays: readonly ArmedFault[];
  readonly fault: ArmedFault | null;
}

export interface StruckRequest {
  readonly method: string;
  readonly path: string;
  readonly origin: JournalOrigin;
}

export interface Faults {
  /** Throws {@link EmulatorFailure} `bad_option` for what is no fault. */
  add(fault: Fault): ArmedFault;
  list(): readonly ArmedFault[];
  /** Returns whether there was one; without an id, all go. */
  clear(id?: string): boolean;
  /** What strikes this request, which is counted by asking; null: nothing. */
  strike(request: StruckRequest): Struck | null;
}

interface Armed {
  readonly fault: ArmedFault;
  readonly pattern: RegExp;
  /** In milliseconds of the emulator's clock. */
  readonly from: number;
  readonly until: number;
  /** Matching requests beyond those skipped. */
  met: number;
}

export function createFaults(clock: Clock): Faults {
  let armed: readonly Armed[] = [];
  let made = 0;
  return {
    add(given) {
      made += 1;
      const fault: ArmedFault = { ...read(given), id: `fault-${made}`, hits: 0, passed: 0 };
      armed = [
        ...armed,
        { fault, pattern: pathPattern(fault.path), ...windowOf(fault, clock.now()), met: 0 },
      ];
      return fault;
    },
    list: () => armed.map(({ fault }) => ({ ...fault })),
    clear(id) {
      const before = armed.length;
      armed = id === undefined ? [] : armed.filter(({ fault }) => fault.id !== id);
      return armed.length < before;
    },
    strike: (request) => (armed.length === 0 ? null : strike(armed, request, clock.now().getTime())),
  };
}

function read(given: Fault): z.output<typeof faultSchema> {
  const parsed = faultSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.length === 0 ? "" : `${path.join(".")}: `}${message}`,
  );
  throw new EmulatorFailure("bad_option", `This is no fault: ${problems.join("; ")}.`, problems);
}

function strike(armed: readonly Armed[], request: StruckRequest, now: number): Struck | null {
  const delays: ArmedFault[] = [];
  for (const each of armed) {
    if (!matches(each, request, now) || !due(each)) continue;
    if (each.fault.kind !== "delay") return { delays, fault: each.fault };
    delays.push(each.fault);
  }
  return delays.length === 0 ? null : { delays, fault: null };
}

function windowOf({ from, until, forSeconds }: ArmedFault, now: Date): Pick<Armed, "from" | "until"> {
  const begins = from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from);
  const ends = until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until);
  if (forSeconds === undefined) return { from: begins, until: ends };
  const measured = from === undefined ? now.getTime() : begins;
  return { from: begins, until: Math.min(ends, measured + forSeconds * 1000) };
}

function matches({ fault, pattern, from, until }: Armed, request: StruckRequest, now: number): boolean {
  if (fault.method !== undefined && fault.method !== request.method) return false;
  if (fault.origin !== undefined && fault.origin !== request.origin) return false;
  return now >= from && now < until && pattern.test(request.path);
}

/** Counts a matching request and says whether it is hit. */
function due(armed: Armed): boolean {
  const { fault } = armed;
  const exhausted = fault.count !== 0 && fault.hits >= fault.count;
  if (exhausted) return false;
  if (fault.passed < fault.skip) {
    fault.passed += 1;
    return false;
  }
  armed.met += 1;
  if (!inShare(armed)) {
    fault.passed += 1;
    return false;
  }
  fault.hits += 1;
  return true;
}

/** Evenly and the same every time: of each four requests, a quarter hits the last. */
function inShare({ fault: { every, share }, met }: Armed): boolean {
  if (every !== undefined && met % every !== 0) return false;
  if (share === undefined) return true;
  const hitsBy = (requests: number) => Math.floor(requests * share + 1e-9);
  return hitsBy(met) > hitsBy(met - 1);
}

function pathPattern(glob: string): RegExp {
  const parts = glob.split("*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}
