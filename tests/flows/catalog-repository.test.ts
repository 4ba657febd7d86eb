/** The catalog out of a connected repository, at Cloud and at Data Center, with real git behind them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { repositorySource } from "../../src/app/catalog/repository.ts";
import { branch, commit, repository } from "../../src/emulator/index.ts";
import { failureOf } from "../failure.ts";
import { openPlace, type Place } from "./credentials-place.ts";

const entity = (kind: string, name: string, more = "") =>
  `apiVersion: backstage.io/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec: { ${more} }\n`;
const locations = (...targets: readonly string[]) =>
  `apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: { name: all }\nspec: { targets: ${JSON.stringify(targets)} }\n`;

const org = repository("acme/org", [
  commit({
    "catalog-info.yaml": locations(
      "./people/ä b.yaml",
      "gone.yaml",
      "https://elsewhere.example/x.yaml",
      "../up.yaml",
    ),
    "people/ä b.yaml": `${entity("User", "ada", "memberOf: [team]")}---\n${locations("../groups.yaml", "ä b.yaml")}`,
    "groups.yaml": entity("Group", "team", "type: team, children: []"),
  }),
  branch("next", [commit({ "catalog-info.yaml": entity("User", "grace") })]),
]);

let place: Place;
beforeAll(async () => {
  place = await openPlace();
  await place.emulator.addRepository(org);
});
afterAll(() => place?.close());

describe.each([
  ["bitbucket", "acme/org"],
  ["data-center", "ACME/org"],
])("at %s", (instanceId, name) => {
  async function open(
    more: { readonly path?: string; readonly branch?: string; readonly repository?: string } = {},
  ) {
    const { id } = await place.connect(instanceId);
    const calls: string[] = [];
    const source = repositorySource(
      { connection: id, repository: name, path: "catalog-info.yaml", refreshSeconds: 300, ...more },
      (connection) => place.app.connections.host(connection, () => calls.push("call")),
    );
    return { source, calls };
  }

  test("users and groups are read from the main branch, with the files that are named there", async () => {
    const { source } = await open();
    const { users, groups, warnings } = await source.read();
    expect(users.map(({ ref }) => ref)).toEqual(["user:default/ada"]);
    expect(groups.map(({ ref }) => ref)).toEqual(["group:default/team"]);
    expect(users[0]?.place).toContain(`${name}/people/ä b.yaml`);
    expect(warnings).toEqual([
      `${name}/catalog-info.yaml names https://elsewhere.example/x.yaml, which is no file of the repository.`,
      `${name}/catalog-info.yaml names ../up.yaml, which is no file of the repository.`,
      `${name} has no gone.yaml, which the catalog names.`,
    ]);
  });

  test("where nothing was pushed no file is read again", async () => {
    const { source, calls } = await open();
    const first = await source.read();
    const before = calls.length;
    expect(await source.read()).toBe(first);
    expect(calls.length - before).toBeLessThan(before);
  });

  test("another branch is read by its name", async () => {
    const { source } = await open({ branch: "next" });
    expect((await source.read()).users.map(({ ref }) => ref)).toEqual(["user:default/grace"]);
  });

  test("a file or repository that is not there is a failure of the source, and says which", async () => {
    for (const more of [{ path: "none.yaml" }, { repository: `${name}-none` }, { branch: "none" }]) {
      const { source } = await open(more);
      expect((await failureOf(source.read())).code).toBe("bitbucket.not_found");
    }
  });
});
