/** Owns faults on command: which requests go wrong, how, and how often. */
import { z } from "zod";
import type { JournalOrigin } from "./journal.ts";

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
  /** `status`: JSON envelope · `html`, `text`: such a body · `rate-limit`: 429 · `delay`: late, then as usual · `cut`: the connection breaks. */
  kind: z.enum(["status", "html", "text", "rate-limit", "delay", "cut"]),
  status: z.int().min(400).max(599).optional(),
  body: z.string().optional(),
  retryAfterSeconds: z.int().min(0).optional(),
  /** By the emulator's clock. */
  delayMilliseconds: z.int().min(0).optional(),
  /** The request does its work first, and only the answer is lost: a token is rotated, yet nobody hears of it. */
  afterWork: z.boolean().default(false),
});

export type Fault = z.input<typeof faultSchema>;
export type ArmedFault = z.output<typeof faultSchema> & { readonly id: string; hits: number; passed: number };

export interface Faults {
  add(fault: Fault): ArmedFault;
  list(): readonly ArmedFault[];
  /** Returns whether there was one; without an id, all go. */
  clear(id?: string): boolean;
  /** The fault that strikes this request, which is counted by asking. */
  strike(request: {
    readonly method: string;
    readonly path: string;
    readonly origin: JournalOrigin;
  }): ArmedFault | undefined;
}

export function createFaults(): Faults {
  const armed: ArmedFault[] = [];
  let made = 0;
  return {
    add(fault) {
      made += 1;
      const entry = { ...faultSchema.parse(fault), id: `fault-${made}`, hits: 0, passed: 0 };
      armed.push(entry);
      return entry;
    },
    list: () => armed.map((fault) => ({ ...fault })),
    clear(id) {
      if (id === undefined) return armed.splice(0).length > 0;
      const at = armed.findIndex((fault) => fault.id === id);
      return at >= 0 && armed.splice(at, 1).length > 0;
    },
    strike: (request) => armed.find((fault) => matches(fault, request) && due(fault)),
  };
}

function matches(fault: ArmedFault, request: Parameters<Faults["strike"]>[0]): boolean {
  if (fault.method !== undefined && fault.method !== request.method) return false;
  if (fault.origin !== undefined && fault.origin !== request.origin) return false;
  return pathPattern(fault.path).test(request.path);
}

/** Counts a matching request and says whether it is hit. */
function due(fault: ArmedFault): boolean {
  if (fault.passed < fault.skip) {
    fault.passed += 1;
    return false;
  }
  if (fault.count !== 0 && fault.hits >= fault.count) return false;
  fault.hits += 1;
  return true;
}

function pathPattern(glob: string): RegExp {
  const parts = glob.split("*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}
