/** Owns group F of the catalogue: attacks on who may come in. Here: places that are not the ones a rule means. */
import assert from "node:assert/strict";
import type { AttackCase, CatalogueEntry } from "../case.ts";
import { json } from "../honest.ts";
import type { Right } from "../rights.ts";
import { askingCases } from "./f-asking.ts";
import { configurationCases } from "./f-configuration.ts";
import { permissionCases } from "./f-permissions.ts";
import { recheckCases } from "./f-recheck.ts";
import { claimEnters, claimKeptOut, give, knownId, number, ruled, uuid, workspace } from "./f-rules.ts";

const namedAlike: AttackCase = {
  id: "F1",
  title:
    "A workspace that is only named, linked or numbered like the one a rule means is not it; nor is its slug where the rule has an id.",
  needs: ruled,
  inside: true,
  async run(place) {
    const { upstream } = place;
    const alike = {
      type: "workspace_access",
      administrator: true,
      slug: "f1-acme",
      name: "f1-acme",
      workspace: {
        type: "workspace_base",
        uuid: uuid(),
        slug: "mallory",
        name: "f1-acme",
        links: { self: { href: `${upstream.origin}/2.0/workspaces/f1-acme` } },
      },
    };
    for (const odd of [
      {},
      { uuid: "{f1-acme}" },
      { uuid: knownId.replace("b", "c") },
      { slug: ["f1-acme"] },
    ]) {
      const value = { ...alike, workspace: { ...alike.workspace, ...odd } };
      upstream.answer("workspaces", () => json(200, { values: [value] }));
      await claimKeptOut(place, "attacker", JSON.stringify(odd));
    }
    upstream.answer("workspaces", null);
    give(upstream, "attacker", [workspace("f1-known")]);
    await claimKeptOut(place, "attacker", "a slug whose id is known");
    give(upstream, "victim", [workspace("renamed-since", `{${knownId}}`)]);
    await claimEnters(place, "victim", "the id that is known");
  },
};

/** What a member of it has: everything a rule of Cloud can be about. */
function everythingIn(slug: string, ids: { w: string; r: string; p: string }): readonly Right[] {
  const project = { key: "KEY", uuid: ids.p };
  return [
    workspace(slug, ids.w),
    { in: "cloud-repository", name: `${slug}/api`, uuid: ids.r, permission: "admin", project },
  ];
}

const registeredAnew: AttackCase = {
  id: "F2",
  title:
    "A name that its owner gave up and a stranger took lets the stranger in nowhere: workspace, project, repository, here and at Data Center.",
  needs: ruled,
  inside: true,
  async run(place) {
    const { upstream, upstreams } = place;
    const ids = { w: uuid(), r: uuid(), p: uuid() };
    give(upstream, "victim", everythingIn("f2-acme", ids));
    await claimEnters(place, "victim", "the owner");
    for (const right of everythingIn("f2-acme", { w: uuid(), r: uuid(), p: uuid() })) {
      give(upstream, "attacker", [right]);
      await claimKeptOut(place, "attacker", `a stranger's ${right.in}`);
    }
    give(upstream, "victim", everythingIn("f2-acme-before", ids));
    await claimEnters(place, "victim", "the owner of the renamed workspace");
    await dataCenterAnew(upstreams.dc, place);
  },
};

async function dataCenterAnew(
  dc: Parameters<typeof give>[0],
  place: Parameters<typeof claimEnters>[0],
): Promise<void> {
  const rights = (project: number, repository: number): readonly Right[] => [
    { in: "project", key: "F2", id: project, permission: "read" },
    { in: "repository", name: "F2/api", id: repository, permission: "read" },
  ];
  give(dc, "victim", rights(71, 72));
  await claimEnters(place, "victim", "a member of the project", "dc");
  for (const right of rights(number(), number())) {
    give(dc, "attacker", [right]);
    await claimKeptOut(place, "attacker", `a ${right.in} made anew`, "dc");
  }
  give(dc, "victim", rights(71, 72));
  await claimEnters(place, "victim", "a member still", "dc");
}

/** Every way to look like `f3-acme` or `F3` without being it. */
const lookAlikes = (name: string): readonly string[] => [
  `${name}-`,
  `${name}x`,
  `x${name}`,
  name.slice(0, -1),
  name === name.toLowerCase() ? name.toUpperCase() : name.toLowerCase(),
  ` ${name}`,
  `${name} `,
  `${name}\n`,
  `${name}\u0000`,
  `${name}\u200b`,
  `${name}/`,
  `./${name}`,
  `x/../${name}`,
  `${name}%00`,
  name.replace("3", "\uff13"),
  name.replace(/[fF]/, "\u0192"),
  name.replace(/[aF]/, (letter) => (letter === "a" ? "\u0430" : "\u03dc")),
];

const looksAlike: AttackCase = {
  id: "F3",
  title:
    "Prefix, suffix, another case, a space, a zero byte or a letter of another script make another name of it, which lets nobody in.",
  needs: ruled,
  inside: true,
  patience: 60_000,
  async run(place) {
    const { upstream } = place;
    const { dc } = place.upstreams;
    for (const slug of lookAlikes("f3-acme")) {
      // Whatever is asked for, all of it is told.
      const rights = everythingIn(slug, { w: uuid(), r: uuid(), p: uuid() });
      give(upstream, "attacker", rights);
      upstream.answer("permissions", () => everything(slug));
      upstream.answer("repositories", () => everything(slug));
      await claimKeptOut(place, "attacker", JSON.stringify(slug));
    }
    for (const endpoint of ["permissions", "repositories"] as const) upstream.answer(endpoint, null);
    for (const key of lookAlikes("F3")) {
      const project: Right = { in: "project", key, id: number(), permission: "admin" };
      dc.answer("repos", () => reposNamed(key));
      give(dc, "attacker", [project]);
      await claimKeptOut(place, "attacker", JSON.stringify(key), "dc");
    }
    dc.answer("repos", null);
    give(upstream, "victim", [workspace("f3-acme")]);
    await claimEnters(place, "victim", "the name itself");
    give(dc, "victim", [{ in: "project", key: "F3", id: number(), permission: "read" }]);
    await claimEnters(place, "victim", "the key itself", "dc");
    assert.ok(upstream.count("permissions") > 0 && upstream.count("repositories") > 0, "nothing was asked");
  },
};

/** A Cloud that tells of the attacker's own, whatever was asked for. */
function everything(slug: string) {
  const project = { key: `${slug}/KEY`.split("/").at(-2) ?? "", uuid: uuid() };
  const repository = { full_name: `${slug}/api`, uuid: uuid(), project };
  return json(200, { values: [{ permission: "admin", repository, ...repository }] });
}

function reposNamed(key: string) {
  const value = (slug: string) => ({ slug, id: number(), project: { key, id: number() } });
  return json(200, { values: [value("api"), value("API"), value("api/")], isLastPage: true });
}

export const groupF: readonly CatalogueEntry[] = [
  namedAlike,
  registeredAnew,
  looksAlike,
  ...askingCases,
  ...permissionCases,
  ...recheckCases,
  ...configurationCases,
];
