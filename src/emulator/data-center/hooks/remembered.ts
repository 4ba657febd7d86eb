/** Owns how much is remembered of a Data Center's deliveries: counts for long, bodies as long as there is room. */
import { outcomeOf } from "./shape.ts";
import type { DcInvocation } from "./state.ts";

/** Of all hooks together. */
interface Limits {
  readonly invocations: number;
  /** Of what was sent and answered, in characters. */
  readonly characters: number;
}

const usual: Limits = { invocations: 5000, characters: 32 * 1024 * 1024 };

/**
 * Forgets the oldest of what is too much, in place. Bodies go first, of what `latest` no longer shows: there is a newer
 * one of the same hook, event and outcome.
 */
export function forgetOld(invocations: DcInvocation[], limits = usual): void {
  if (invocations.length > limits.invocations) invocations.splice(0, invocations.length - limits.invocations);
  let weight = invocations.reduce((sum, each) => sum + weigh(each), 0);
  if (weight <= limits.characters) return;
  const shown = newestOfEachKind(invocations);
  for (const [at, each] of invocations.entries()) {
    if (weight <= limits.characters) return;
    if (shown.has(each)) continue;
    weight -= weigh(each);
    invocations[at] = withoutBodies(each);
  }
  let gone = 0;
  for (const each of invocations.slice(0, -1)) {
    if (weight <= limits.characters) break;
    weight -= weigh(each);
    gone += 1;
  }
  invocations.splice(0, gone);
}

function weigh({ body, outcome }: DcInvocation): number {
  return body.length + (outcome.kind === "answered" ? outcome.body.length : 0);
}

function newestOfEachKind(invocations: readonly DcInvocation[]): ReadonlySet<DcInvocation> {
  const kindOf = (each: DcInvocation) => `${each.hookId} ${outcomeOf(each)} ${each.event}`;
  return new Set(new Map(invocations.map((each) => [kindOf(each), each])).values());
}

function withoutBodies(invocation: DcInvocation): DcInvocation {
  const { outcome } = invocation;
  return {
    ...invocation,
    body: "",
    outcome: outcome.kind === "answered" ? { ...outcome, body: "" } : outcome,
  };
}
