/** Owns the part of group F that is about how much somebody may do: words nobody knows, less than is wanted, what is public. */
import type { AttackCase, CatalogueEntry } from "../case.ts";
import { json } from "../honest.ts";
import type { Place } from "../place.ts";
import type { Right } from "../rights.ts";
import type { Asked } from "../upstream.ts";
import { claimEnters, claimKeptOut, give, number, ruled, uuid } from "./f-rules.ts";

/** None of them is to write. */
const words: readonly unknown[] = [
  "read",
  "none",
  "owner",
  "superadmin",
  "write ",
  "writer",
  "read,write",
  "REPO_READ",
  "admin\u0000",
  "",
  null,
  undefined,
  7,
  true,
  ["admin"],
  { toString: "admin" },
];

const leastPermission: AttackCase = {
  id: "F7",
  title:
    "Less than is wanted keeps out, a word nobody knows is the least, and what everybody may see makes nobody a member.",
  needs: ruled,
  inside: true,
  patience: 30_000,
  async run(place) {
    const { upstream } = place;
    const id = uuid();
    for (const permission of words) {
      const repository = { type: "repository", full_name: "f7-acme/api", uuid: id };
      upstream.answer("permissions", () => json(200, { values: [{ permission, repository }] }));
      await claimKeptOut(place, "attacker", `the permission ${JSON.stringify(permission)}`);
    }
    upstream.answer("permissions", null);
    await cloudLevels(place, id);
    await dataCenterLevels(place);
  },
};

async function cloudLevels(place: Place, id: string): Promise<void> {
  const { upstream } = place;
  const project = { key: "KEY", uuid: uuid() };
  const repository = (name: string, permission: string, isPublic = false): Right => {
    return { in: "cloud-repository", name, uuid: id, permission, project, isPublic };
  };
  give(upstream, "attacker", [repository("f7-acme/web", "read")]);
  await claimKeptOut(place, "attacker", "read where write is wanted in a project");
  give(upstream, "attacker", [repository("f7-open/api", "admin", true)]);
  await claimKeptOut(place, "attacker", "a public repository");
  for (const isAdmin of ["true", 1, {}, null, false]) {
    const workspace = { uuid: uuid(), slug: "f7-admins" };
    upstream.answer("workspaces", () => json(200, { values: [{ administrator: isAdmin, workspace }] }));
    await claimKeptOut(place, "attacker", `an administrator by ${JSON.stringify(isAdmin)}`);
  }
  upstream.answer("workspaces", null);
  give(upstream, "victim", [repository("f7-acme/web", "write")]);
  await claimEnters(place, "victim", "write in the project");
  give(upstream, "victim", [repository("f7-acme/api", "admin")]);
  await claimEnters(place, "victim", "more than is wanted");
}

async function dataCenterLevels(place: Place): Promise<void> {
  const { dc } = place.upstreams;
  const project = (permission: string): Right => ({ in: "project", key: "F7", id: 77, permission });
  const repository = (name: string, permission: string, isPublic = false): Right => {
    return { in: "repository", name, id: number(), permission, isPublic };
  };
  for (const right of [
    project("read"),
    repository("F7/api", "read"),
    repository("F7OPEN/api", "read", true),
  ]) {
    give(dc, "attacker", [right]);
    await claimKeptOut(place, "attacker", JSON.stringify(right), "dc");
  }
  // A Data Center whose filter takes what anybody may see for something that was given.
  const open = { slug: "api", id: number(), public: true, project: { key: "F7OPEN", id: 7 } };
  const forReading = (value: unknown) => (asked: Asked) =>
    json(200, { values: asked.path.includes("REPO_READ") ? [value] : [], isLastPage: true });
  dc.answer("repos", forReading(open));
  await claimKeptOut(place, "attacker", "a public repository that is listed", "dc");
  const inOpen = { ...open, public: false, project: { ...open.project, public: true } };
  dc.answer("repos", forReading(inOpen));
  await claimKeptOut(place, "attacker", "a repository of a public project", "dc");
  dc.answer("repos", null);
  for (const permission of ["write", "admin"]) {
    give(dc, "victim", [project(permission)]);
    await claimEnters(place, "victim", permission, "dc");
  }
}

export const permissionCases: readonly CatalogueEntry[] = [leastPermission];
