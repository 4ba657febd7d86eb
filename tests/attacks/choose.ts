/** Owns which cases are tried: by number, by group, and what somebody else's server can be asked at all. */
import { type AttackCase, type CatalogueEntry, isAttack } from "./case.ts";
import { catalogue } from "./catalogue.ts";

export interface Wish {
  readonly ids?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
  /** Null for our own server. */
  readonly foreign: { readonly hasInstances: boolean } | null;
}

export interface Chosen {
  readonly attacks: readonly AttackCase[];
  /** Not tried, each with the reason. */
  readonly left: readonly { readonly id: string; readonly title: string; readonly because: string }[];
}

/** Throws for a number or a group that nothing stands for. */
export function choose({ ids, groups, foreign }: Wish): Chosen {
  const isWished = ({ id }: CatalogueEntry) =>
    (ids === undefined || ids.includes(id)) && (groups === undefined || groups.includes(id.charAt(0)));
  const wished = catalogue.filter(isWished);
  for (const id of ids ?? [])
    if (!wished.some((entry) => entry.id === id)) throw new Error(`There is no case ${id}.`);
  for (const group of groups ?? [])
    if (!wished.some(({ id }) => id.startsWith(group))) throw new Error(`There is no group ${group}.`);
  const attacks: AttackCase[] = [];
  const left: Chosen["left"][number][] = [];
  for (const entry of wished) {
    const because = isAttack(entry) ? unfit(entry, foreign) : entry.because;
    if (because === null && isAttack(entry)) attacks.push(entry);
    else left.push({ id: entry.id, title: entry.title, because: because ?? "" });
  }
  return { attacks, left };
}

function unfit(attack: AttackCase, foreign: Wish["foreign"]): string | null {
  if (foreign === null) return null;
  if (attack.inside === true || attack.needs !== undefined)
    return "looks inside the server, or configures it";
  if (attack.instances === true && !foreign.hasInstances) return "needs {instance} in the paths";
  return null;
}
