/** Owns who is attacked: each with its version, the program that serves it, and the cases that have nothing to attack there. */
import { readFileSync } from "node:fs";
import type { CaseId } from "../../tests/attacks/case.ts";
import { versionOf } from "../served/numbers.ts";

export interface System {
  readonly id: string;
  /** With what is set beside its defaults. */
  readonly name: string;
  readonly version: string;
  readonly program: URL;
  readonly arguments: readonly string[];
  /** Why a case does not apply. */
  readonly unfit: Unfit;
}

type Unfit = Readonly<Partial<Record<CaseId, string>>>;

/** The same reason for many. */
function each(ids: readonly CaseId[], because: string): Unfit {
  return Object.fromEntries(ids.map((id) => [id, because]));
}

const ofAnyPeer: Unfit = {
  A6: "how many tabs may end well is comfort, not safety",
  C11: "one Bitbucket, which sends no issuer: nothing to mix up",
  G12: "which odd lives of a token are refused is our own custom",
};
const postStart: Unfit = {
  ...each(
    ["A1", "A2", "A5"],
    "its start is a POST that no other site can send; the GET before it is the bench's",
  ),
  B7: "its start and its way out are POSTs, which a return address cannot be",
};
const noReturn = each(
  ["B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8"],
  "it takes no return address: the app redirects as it likes",
);
const noPkce: Unfit = { C13: "it uses no PKCE, which is what C12 asks" };
const noCookie = each(
  ["C23", "C25", "C26", "C27"],
  "its start leaves no cookie to take away, change or plant: C1 is that attack",
);

const authjs = {
  version: `@auth/core ${versionOf("@auth/core")}`,
  program: new URL("./authjs.ts", import.meta.url),
};
const passport = {
  version: ["passport", "passport-bitbucket-oauth2", "express-session"]
    .map((name) => `${name} ${versionOf(name)}`)
    .join(", "),
  program: new URL("./passport.ts", import.meta.url),
};

export const systems: readonly System[] = [
  {
    id: "windlass",
    name: "Windlass",
    version: ownVersion(),
    program: new URL("./ours.ts", import.meta.url),
    arguments: [],
    unfit: {},
  },
  {
    id: "authjs",
    name: "Auth.js",
    ...authjs,
    arguments: [],
    unfit: { ...ofAnyPeer, ...postStart },
  },
  {
    id: "authjs-state",
    name: "Auth.js + state",
    ...authjs,
    arguments: ["state"],
    unfit: { ...ofAnyPeer, ...postStart },
  },
  {
    id: "better-auth",
    name: "better-auth",
    version: `better-auth ${versionOf("better-auth")}`,
    program: new URL("./better-auth.ts", import.meta.url),
    arguments: [],
    unfit: { ...ofAnyPeer, ...postStart },
  },
  {
    id: "passport",
    name: "passport",
    ...passport,
    arguments: [],
    unfit: { ...ofAnyPeer, ...noReturn, ...noPkce, ...noCookie },
  },
  {
    id: "passport-state",
    name: "passport + state",
    ...passport,
    arguments: ["state"],
    unfit: { ...ofAnyPeer, ...noReturn, ...noPkce },
  },
];

function ownVersion(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return `windlass ${(JSON.parse(manifest) as { version: string }).version}`; // our own file
}
