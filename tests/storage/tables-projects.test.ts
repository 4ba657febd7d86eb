import { expect, test } from "vitest";
import {
  deleteSecrets,
  findSecretsVersion,
  insertSecrets,
} from "../../src/storage/tables/connection-secrets.ts";
import {
  deleteConnection,
  findConnection,
  insertConnection,
  isConnectionOf,
  isInstanceInUse,
  listConnectionOverview,
  listConnections,
  moveConnection,
  updateConnection,
} from "../../src/storage/tables/connections.ts";
import { listDataKeys } from "../../src/storage/tables/data-keys.ts";
import { findHandshake, insertHandshake } from "../../src/storage/tables/handshakes.ts";
import {
  deleteInstance,
  findInstanceRow,
  insertInstance,
  listInstances,
  updateInstance,
} from "../../src/storage/tables/instances.ts";
import {
  deleteProject,
  findProject,
  insertProject,
  listProjects,
  renameProject,
} from "../../src/storage/tables/projects.ts";
import {
  listRepositories,
  replaceRepositories,
  updateRepository,
} from "../../src/storage/tables/repositories.ts";
import { failureOf } from "../failure.ts";
import { describeEngines } from "./engines.ts";
import { addConnection, connection, handshake, instance, later, now, repository, secrets } from "./rows.ts";

describeEngines("projects", (open) => {
  test("projects are listed newest first, and renamed", async () => {
    const { kysely } = (await open()).database;
    await addConnection(kysely);
    const second = { id: "prj_2", name: "Till", made_by: "usr_ada", created_at: later(1) };
    await insertProject(kysely, second);
    expect(await listProjects(kysely, "usr_ada")).toEqual([
      second,
      { id: "prj_1", name: "Shop", made_by: "usr_ada", created_at: now },
    ]);
    await renameProject(kysely, "prj_2", "Checkout");
    expect(await findProject(kysely, "prj_2")).toEqual({ ...second, name: "Checkout" });
    expect(await listProjects(kysely, "usr_eve")).toEqual([]);
  });

  test("removing a project removes all that hangs on it, its keys as well", async () => {
    const { kysely, transaction } = (await open()).database;
    await addConnection(kysely);
    await insertSecrets(kysely, secrets);
    await insertInstance(kysely, instance);
    await insertHandshake(kysely, { ...handshake, project_id: "prj_1", connection_id: "con_1" });
    await replaceRepositories(kysely, "con_1", [repository]);
    await transaction((each) => deleteProject(each, "prj_1"));
    expect(await listConnections(kysely, "prj_1")).toEqual([]);
    expect(await findSecretsVersion(kysely, "con_1")).toBeUndefined();
    expect(await listInstances(kysely, "prj_1")).toEqual([]);
    expect(await listRepositories(kysely, "con_1")).toEqual([]);
    expect(await listDataKeys(kysely, "prj_1")).toEqual([]);
    expect(await findHandshake(kysely, "state_1")).toBeUndefined();
  });

  test("a connection of a project that is gone is refused by name", async () => {
    const { kysely } = (await open()).database;
    expect((await failureOf(insertConnection(kysely, connection))).code).toBe("storage.missing_reference");
  });

  test("a connection is updated, and moved unless a person or a rule ended it", async () => {
    const { kysely } = (await open()).database;
    await addConnection(kysely);
    await insertConnection(kysely, { ...connection, id: "con_0" });
    expect((await listConnections(kysely, "prj_1")).map(({ id }) => id)).toEqual(["con_0", "con_1"]);
    await updateConnection(kysely, "con_1", { lookback_days: 7, updated_at: later(1) });
    const suspect = { state: "suspect", state_reason: "bitbucket.refresh_refused", updated_at: later(2) };
    await moveConnection(kysely, "con_1", suspect);
    expect(await findConnection(kysely, "con_1")).toEqual({ ...connection, ...suspect, lookback_days: 7 });
    await updateConnection(kysely, "con_1", { state: "disconnected", updated_at: later(3) });
    await moveConnection(kysely, "con_1", suspect);
    expect(await findConnection(kysely, "con_1")).toMatchObject({ state: "disconnected" });
    expect(await isInstanceInUse(kysely, "bitbucket")).toBe(true);
    await deleteConnection(kysely, "con_0");
    expect(await isInstanceInUse(kysely, "bitbucket")).toBe(false);
  });

  test("the overview tells when access ends; a connection belongs to its own project alone", async () => {
    const { kysely } = (await open()).database;
    await addConnection(kysely);
    await insertSecrets(kysely, secrets);
    await insertConnection(kysely, { ...connection, id: "con_2", created_at: later(1) });
    const overview = [
      { ...connection, access_expires_at: secrets.access_expires_at },
      { ...connection, id: "con_2", created_at: later(1), access_expires_at: null },
    ];
    expect(await listConnectionOverview(kysely, "prj_1")).toEqual(overview);
    expect(await listConnectionOverview(kysely, null)).toEqual(overview);
    expect(await listConnectionOverview(kysely, "prj_2")).toEqual([]);
    expect(await isConnectionOf(kysely, "con_1", "prj_1")).toBe(true);
    expect(await isConnectionOf(kysely, "con_1", "prj_2")).toBe(false);
  });

  test("removing a connection removes its secrets; they can go alone", async () => {
    const { kysely } = (await open()).database;
    await addConnection(kysely);
    await insertSecrets(kysely, secrets);
    await deleteSecrets(kysely, "con_1");
    expect(await findSecretsVersion(kysely, "con_1")).toBeUndefined();
    await insertSecrets(kysely, secrets);
    await deleteConnection(kysely, "con_1");
    expect(await findSecretsVersion(kysely, "con_1")).toBeUndefined();
  });

  test("an instance set up in the dashboard is kept, changed, removed", async () => {
    const { kysely } = (await open()).database;
    await addConnection(kysely);
    await insertInstance(kysely, instance);
    await updateInstance(kysely, "ins_1", { base_url: "https://git.acme.example" });
    const changed = { ...instance, base_url: "https://git.acme.example" };
    expect(await findInstanceRow(kysely, "ins_1")).toEqual(changed);
    expect(await listInstances(kysely, "prj_1")).toEqual([changed]);
    await deleteInstance(kysely, "ins_1");
    expect(await listInstances(kysely, "prj_1")).toEqual([]);
  });

  test("the list of repositories becomes exactly the new one; those that stay keep their ids", async () => {
    const { kysely } = (await open()).database;
    await addConnection(kysely);
    const till = { ...repository, id: "rep_2", repository_key: "r-2", slug: "till", full_name: "acme/till" };
    await replaceRepositories(kysely, "con_1", [repository, till]);
    const renamed = { ...till, id: "rep_3", slug: "checkout", full_name: "acme/checkout" };
    await replaceRepositories(kysely, "con_1", [renamed]);
    expect(await listRepositories(kysely, "con_1")).toEqual([{ ...renamed, id: "rep_2" }]);
    const moved = { workspace_slug: "b", slug: "c", full_name: "b/c", main_branch: null };
    await updateRepository(kysely, "rep_2", moved);
    expect(await listRepositories(kysely, "con_1")).toEqual([{ ...renamed, id: "rep_2", ...moved }]);
    await replaceRepositories(kysely, "con_1", []);
    expect(await listRepositories(kysely, "con_1")).toEqual([]);
  });
});
