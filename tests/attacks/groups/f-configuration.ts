/** Owns the part of group F that is about a configuration that says something else than it seems to: it starts no server. */
import assert from "node:assert/strict";
import type { AttackCase, CatalogueEntry } from "../case.ts";
import type { Place } from "../place.ts";
import type { PlainConfig } from "../under-attack.ts";
import type { HostileUpstream } from "../upstream.ts";
import { dataCenterWith } from "./f-rules.ts";

/** What the server says instead of starting. */
async function refusalOf(
  place: Place,
  config: (dc: HostileUpstream) => PlainConfig,
  what: string,
): Promise<string> {
  const started = await place.fresh({ config: ({ dc }) => config(dc) }).then(
    () => null,
    (error: unknown) => String(error),
  );
  assert.ok(started !== null, `it starts with ${what}`);
  return started;
}

const climbing = [
  "acme/../secret",
  "../acme/api",
  "acme/..",
  "acme/.",
  "acme/%2e%2e",
  "acme%2fapi/x",
  "acme/api/../../other/api",
  "acme//api",
  "/acme/api",
  "acme/api/",
  "acme/api?role=owner",
  "acme/api#x",
  'acme/api" OR full_name ~ "',
  "acme/api\u0000",
  "acme/api\n",
  "Acme/api",
  "\u0430cme/api",
  "api",
  "",
];

const places: AttackCase = {
  id: "F8",
  title:
    "A place that climbs, is encoded, holds a filter's words or is no whole name is refused when the server starts, each with its path.",
  inside: true,
  async run(place) {
    const cloud = climbing.map((repository) => ({ repository }));
    const dc = ["../X", "F8/..", "F8/%2e%2e", "F8/api/..", "F8", "f8/api", "F8/api?x", ""].map(
      (repository) => ({ repository }),
    );
    const more = [
      { project: "acme/../KEY" },
      { project: "acme/key" },
      { project: "KEY" },
      { workspace: "a/b" },
      { workspace: "" },
      { project: "acme/KEY", permission: "admin" },
    ];
    const signIn = { rules: [...cloud, ...more] };
    const told = await refusalOf(
      place,
      (upstream) => ({ signIn, instances: { dc: dataCenterWith(upstream, { rules: dc }) } }),
      "places that climb",
    );
    const paths = [
      ...signIn.rules.map((_, at) => `signIn.rules.${at}.`),
      ...dc.map((_, at) => `instances.dc.signIn.rules.${at}.`),
    ];
    for (const path of paths) assert.ok(told.includes(` ${path}`), `${path} is not refused`);
  },
};

/** What somebody may write who means to let some in, and would let everybody in. */
const empty: Readonly<Record<string, unknown>> = {
  "no rules": { rules: [] },
  "rules that are a text": { rules: "" },
  "rules that are null": { rules: null },
  "nothing at all": {},
  "an empty text": "",
  "a mistyped key": { rule: [{ workspace: "acme" }] },
  "a mistyped kind": { rules: [{ workspaces: "acme" }] },
  "two kinds in one": { rules: [{ everyone: true, workspace: "acme" }] },
  "everyone, but not": { rules: [{ everyone: false }] },
  "everyone as a text": { rules: [{ everyone: "true" }] },
  "everyone without a word": { rules: [{ roles: ["member"] }] },
  "a list in place of a name": { rules: [{ workspace: ["acme"] }] },
  "no roles": { rules: [{ workspace: "acme", roles: [] }] },
  "a permission there is not": { rules: [{ repository: "acme/api", permission: "owner" }] },
  "a permission in capitals": { rules: [{ repository: "acme/api", permission: "READ" }] },
};

const emptyLists: AttackCase = {
  id: "F10",
  title: "Rules that are empty, mistyped or say two things start no server, rather than let everybody in.",
  inside: true,
  async run(place) {
    const urls = { urls: { api: `${place.upstream.origin}/2.0` } };
    const instance = (signIn: unknown) => ({ clientId: "client", clientSecret: "secret", signIn, ...urls });
    const named = Object.entries(empty).map(([name, signIn], at) => ({ id: `f10-${at}`, name, signIn }));
    const told = await refusalOf(
      place,
      () => ({ instances: Object.fromEntries(named.map(({ id, signIn }) => [id, instance(signIn)])) }),
      "empty lists",
    );
    for (const { id, name } of named)
      assert.ok(told.includes(` instances.${id}.signIn`), `${name} is not refused`);
    const root = await refusalOf(place, () => ({ signIn: { rules: [] } }), "no rules at the root");
    assert.ok(root.includes(" signIn.rules"), root);
  },
};

export const configurationCases: readonly CatalogueEntry[] = [places, emptyLists];
