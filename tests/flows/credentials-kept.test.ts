/** A connection renewed by another kind of credential: all of it changes, or nothing does. */
import { sql } from "kysely";
import { afterEach, expect, test } from "vitest";
import { openWorkshop, type Workshop } from "./analysis-workshop.ts";

let workshop: Workshop | undefined;

afterEach(() => workshop?.close());

test("when the new secret cannot be kept, the old credential still works", async () => {
  workshop = await openWorkshop();
  const { rooms, emulator, connect, project } = workshop;
  const { id } = await connect();
  const refuse = `CREATE TRIGGER no_room BEFORE UPDATE ON connection_secrets BEGIN SELECT RAISE(ABORT, 'no room'); END`;
  await sql.raw(refuse).execute(rooms.database.kysely);
  const scopes = ["read:user:bitbucket", "read:repository:bitbucket", "read:workspace:bitbucket"];
  const { token, email } = emulator.control.addApiToken({ person: "johndoe", scopes });
  const entry = {
    instanceId: "bitbucket",
    projectId: project.id,
    kind: "api-token",
    login: email ?? "",
    secret: token,
    connectionId: id,
  } as const;
  await expect(rooms.connections.enter(entry)).rejects.toThrow("no room");
  expect(await rooms.connections.get(id)).toMatchObject({ kind: "oauth2", login: null, state: "active" });
  expect((await rooms.connections.workspaces(id)).workspaces).toHaveLength(1);
  await sql.raw("DROP TRIGGER no_room").execute(rooms.database.kysely);
  expect(await rooms.connections.enter(entry)).toMatchObject({ id, kind: "api-token", login: email });
  expect((await rooms.connections.workspaces(id)).workspaces).toHaveLength(1);
});
