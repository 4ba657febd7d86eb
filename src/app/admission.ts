/** Owns the step from the configuration to who may sign in: a policy for each instance, a catalog for all. */
import { isWindlassError } from "../base/errors.ts";
import type { Admission, Ruling, SigninPolicy } from "../signin/policy.ts";
import { admitsStrangers, resolverNames } from "../signin/resolvers/choice.ts";
import { asksBitbucket, digestOf, type Rule } from "../signin/rules/rule.ts";
import type { CatalogKeeper } from "./catalog/keeper.ts";
import type { Config } from "./config.ts";
import { readRecheck } from "./recheck-config.ts";
import { readRule } from "./rules-config.ts";

export interface OpenAdmission extends Admission, Ruling, Pick<CatalogKeeper, "watch" | "close" | "failing"> {
  /** For the operator, at start: reads the catalog. */
  notices(): Promise<readonly string[]>;
}

/**
 * What is configured for one instance. The root's resolvers speak of Bitbucket Cloud's people, and so for its instances only.
 * Where anybody is chosen for one instance, silence about another one lets nobody in there.
 */
export function policyOf(config: Pick<Config, "instances" | "signIn">, id: string): SigninPolicy {
  const instance = Object.hasOwn(config.instances, id) ? config.instances[id] : undefined;
  if (instance === undefined || instance.signIn === false) return { kind: "nobody" };
  const configured = chosenFor(config, id);
  if (configured === undefined) return { kind: isChosen(config) ? "nobody" : "first-sign-in" };
  if (configured.resolvers === undefined) return { kind: "rules" };
  return { kind: "resolvers", resolvers: configured.resolvers };
}

/** What the configuration says for one instance, itself or at its root. */
function chosenFor({ instances, signIn }: Pick<Config, "instances" | "signIn">, id: string) {
  const instance = Object.hasOwn(instances, id) ? instances[id] : undefined;
  if (instance === undefined || instance.signIn === false) return undefined;
  return instance.signIn ?? (instance.product === "cloud" ? signIn : undefined);
}

/** Those of one instance. */
export function rulesOf(config: Pick<Config, "instances" | "signIn">, id: string): readonly Rule[] {
  return (chosenFor(config, id)?.rules ?? []).map(readRule);
}

function isChosen({ instances, signIn }: Pick<Config, "instances" | "signIn">): boolean {
  return (
    signIn !== undefined || Object.values(instances).some((instance) => typeof instance.signIn === "object")
  );
}

/** Nothing is read before somebody asks. */
export function openAdmission(
  config: Pick<Config, "instances" | "signIn">,
  catalog: CatalogKeeper,
): OpenAdmission {
  const policies = new Map(Object.keys(config.instances).map((id) => [id, policyOf(config, id)]));
  const rules = new Map([...policies.keys()].map((id) => [id, rulesOf(config, id)]));
  const all = [...policies.values()];
  // Whoever set an instance up in the dashboard would say who its people are: nobody signs in there.
  const others: SigninPolicy = { kind: "nobody" };
  const asked = all.some(({ kind }) => kind === "resolvers");
  return {
    policy: (id) => policies.get(id) ?? others,
    catalog: catalog.read,
    watch: catalog.watch,
    failing: catalog.failing,
    close: catalog.close,
    rules: (id) => rules.get(id) ?? [],
    recheck: (id) =>
      asksBitbucket(rules.get(id) ?? []) ? readRecheck(chosenFor(config, id)?.recheck) : null,
    async notices() {
      return [
        ...noticesOf(policies),
        ...(asked ? await catalogNotices(catalog) : []),
        ...strangersNotices(policies, rules),
      ];
    },
  };
}

/** The instances whose rules are asked again, each with the digest of its rules. */
export function digestsOf({ instances }: Pick<Config, "instances">, { rules, recheck }: Ruling) {
  const ids = Object.keys(instances).filter((id) => recheck(id) !== null);
  return new Map(ids.map((id) => [id, digestOf(rules(id))]));
}

const mostWarnings = 50;

/** What is wrong with the catalog is known at start. */
async function catalogNotices(catalog: Pick<CatalogKeeper, "read">): Promise<readonly string[]> {
  try {
    const { size, warnings } = await catalog.read();
    const rest = warnings.length - mostWarnings;
    return [
      `${size === 1 ? "One user" : `${size} users`} of the catalog may sign in.`,
      ...warnings.slice(0, mostWarnings),
      ...(rest > 0 ? [`${rest} more of the catalog's entities are left out: the log names each.`] : []),
    ];
  } catch (error) {
    if (!isWindlassError(error, "signin.catalog_unread")) throw error;
    return [`The catalog cannot be read, and until it is, nobody signs in by a resolver: ${error.detail}`];
  }
}

/** Where the catalog does not decide alone: a switch that somebody may have left on. */
function strangersNotices(
  policies: ReadonlyMap<string, SigninPolicy>,
  rules: ReadonlyMap<string, readonly Rule[]>,
): readonly string[] {
  return [...policies].flatMap(([id, policy]) => {
    const isOpen = policy.kind === "resolvers" && policy.resolvers.some(admitsStrangers);
    if (!isOpen || (rules.get(id) ?? []).length > 0) return [];
    return [
      `People whom the catalog does not have may sign in with ${id}: a resolver says so, and no rule limits it.`,
    ];
  });
}

/** One sentence for each thing an operator should know about who may sign in. */
function noticesOf(policies: ReadonlyMap<string, SigninPolicy>): readonly string[] {
  const idsOf = (wanted: SigninPolicy["kind"]) =>
    [...policies].filter(([, { kind }]) => kind === wanted).map(([id]) => id);
  const [open, ruled, closed] = [idsOf("first-sign-in"), idsOf("rules"), idsOf("nobody")];
  const at = (ids: readonly string[]) => (policies.size === ids.length ? "" : ` with ${ids.join(", ")}`);
  return [
    ...(open.length === 0
      ? []
      : [
          `Anybody with a Bitbucket account may sign in${at(open)}: no resolver or rule limits it; a project is seen only by its maker.`,
        ]),
    ...(ruled.length === 0
      ? []
      : [`Whoever meets one of the rules may sign in${at(ruled)}; windlass rules list shows them.`]),
    ...(closed.length === 0
      ? []
      : [
          `Nobody can sign in${at(closed)}: no sign-in resolver is configured. An example: signIn: { resolvers: [{ resolver: ${resolverNames[0]} }] }`,
        ]),
  ];
}
