/** Owns what an operator sees of the rules and the places they mean, and making one forget its place. */
import type { Audit } from "../../audit/audit.ts";
import type { Database } from "../../storage/database.ts";
import { deleteRulePin, listRulePins } from "../../storage/tables/rule-pins.ts";
import { signinErrors } from "../errors.ts";
import { type Permission, pinName, type Rule } from "./rule.ts";

/** A rule as it is in force, or a place that was pinned for one that is configured no more. */
export interface ListedRule {
  readonly instanceId: string;
  readonly kind: Rule["kind"];
  /** Null where everyone is meant. */
  readonly place: string | null;
  /** Null where everyone is meant, and where no rule is about the place any more. */
  readonly permission: Permission | null;
  readonly roles: readonly string[];
  /** Bitbucket's own; null until somebody was let in by it. */
  readonly id: string | null;
  readonly idFrom: "configuration" | "first sight" | null;
  readonly pinnedAt: Date | null;
}

export interface RuleBook {
  /** In the order of the configuration; then what is left of former ones. */
  list(): Promise<readonly ListedRule[]>;
  /**
   * Forgets which place is meant: the next person who is let in by its name settles it anew. Gives the id that was.
   * Throws `signin.not_pinned`.
   */
  unpin(pin: { readonly instanceId: string; readonly place: string }, actor: string): Promise<string>;
}

export interface RuleBookParts {
  readonly database: Database;
  readonly audit: Pick<Audit, "transaction">;
  /** Every configured instance. */
  readonly instanceIds: readonly string[];
  readonly rules: (instanceId: string) => readonly Rule[];
}

export function createRuleBook({ database, audit, instanceIds, rules }: RuleBookParts): RuleBook {
  return {
    async list() {
      const pins = await listRulePins(database.kysely);
      const known = new Map(pins.map((pin) => [`${pin.instance_id} ${pin.place}`, pin]));
      const inForce = instanceIds.flatMap((instanceId) =>
        rules(instanceId).map((rule) => {
          if (rule.kind === "everyone")
            return { ...nothingPinned, instanceId, place: null, permission: null, ...rule };
          const name = `${instanceId} ${pinName(rule)}`;
          const pin = known.get(name);
          return { instanceId, ...rule, ...idOf(rule.id, pin) };
        }),
      );
      const names = new Set(inForce.map(({ instanceId, kind, place }) => `${instanceId} ${kind} ${place}`));
      const left = [...known].filter(([name]) => !names.has(name)).map(([, pin]) => leftOver(pin));
      return [...inForce, ...left];
    },
    async unpin({ instanceId, place }, actor) {
      return audit.transaction(async (db, record) => {
        const [pin] = (await listRulePins(db, instanceId)).filter((each) => each.place === place);
        if (pin === undefined || !(await deleteRulePin(db, pin)))
          throw signinErrors.fail("signin.not_pinned");
        const facts = { instance: instanceId, place, id: pin.pinned_id };
        await record({ event: "rule.unpinned", actor, facts });
        return pin.pinned_id;
      });
    },
  };
}

type Pin = Awaited<ReturnType<typeof listRulePins>>[number];

const nothingPinned = { id: null, idFrom: null, pinnedAt: null } as const;

function idOf(configured: string | null, pin: Pin | undefined) {
  if (configured !== null) return { id: configured, idFrom: "configuration" as const, pinnedAt: null };
  return pin === undefined ? nothingPinned : seenFirst(pin);
}

function seenFirst({ pinned_id, pinned_at }: Pin) {
  return { id: pinned_id, idFrom: "first sight" as const, pinnedAt: new Date(pinned_at) };
}

/** Still there: a rule that is configured again means the same place as before. */
function leftOver(pin: Pin): ListedRule {
  const at = pin.place.indexOf(" ");
  const kind = pin.place.slice(0, at) as Rule["kind"]; // written by `pinName`
  const place = pin.place.slice(at + 1);
  return { instanceId: pin.instance_id, kind, place, permission: null, roles: [], ...seenFirst(pin) };
}
