/** Owns what code says of signing in with Backstage's providers, beside the file, and that the two do not contradict each other. */
import type { ConfigProblem } from "../app/config.ts";
import type { BackstageDocument } from "./backstage-document.ts";

/** By provider, as it would stand in our configuration below an instance: `{ resolvers: […] }`; null where code says nothing. */
export type GivenSignIns = ReadonlyMap<string, unknown>;

interface Instance {
  /** `bitbucket` */
  readonly provider: string;
  /** `auth.environment` */
  readonly environment: string;
  /** What the provider is called here. */
  readonly id: string;
}

/**
 * Every place of the file that says something else of the same people than `given`. Neither wins: whichever lost would be somebody's idea
 * of who may enter. Rules of the instance are asked beside a resolver; the root's would not be.
 */
export function contradictions(
  document: BackstageDocument,
  { provider, environment, id }: Instance,
  given: unknown,
): readonly ConfigProblem[] {
  const own = ["windlass", "instances", id, "signIn"];
  const places = [
    ["auth", "providers", provider, environment, "signIn"],
    ...(given !== false && isRulesAlone(document.read(own)) ? [] : [own]),
    ["windlass", "signIn"],
  ];
  return places
    .filter((path) => document.read(path) !== undefined)
    .map((path) => ({
      path: path.join("."),
      problem: `contradicts the provider factory of ${provider}, which decides in code who signs in: keep one of the two`,
    }));
}

function isRulesAlone(signIn: unknown): boolean {
  return typeof signIn === "object" && signIn !== null && !Object.hasOwn(signIn, "resolvers");
}

/** Providers that code speaks of and the file does not have: what it says of them would never be asked. */
export function withoutProvider(
  given: GivenSignIns,
  provided: readonly string[],
  environment: unknown,
): readonly ConfigProblem[] {
  return [...given.keys()]
    .filter((provider) => !provided.includes(provider))
    .map((provider) => ({
      path: `auth.providers.${provider}.${environment}`,
      problem: "is missing, and there is a provider factory for it",
    }));
}
