/** A connection renewed by another kind of credential: all of it changes, or nothing does. */
import { sql } from "kysely";
import { afterEach, expect, test } from "vitest";
import { openWorkshop, type Workshop } from "./analysis-workshop.ts";

let workshop: Workshop | undefined;

afterEach(() => workshop?.close());

const refusals = {
  sqlite:
    "create trigger no_room before update on connection_secrets begin select raise(abort, 'no room'); end",
  postgres: `create function no_room() returns trigger language plpgsql as 'begin raise exception ''no room''; end';
    create trigger no_room before update on connection_secrets for each row execute function no_room()`,
};
const consents = {
  sqlite: "drop trigger no_room",
  postgres: "drop trigger no_room on connection_secrets",
};

test("when the new secret cannot be kept, the old credential still works", async () => {
  workshop = await openWorkshop();
  const { rooms, emulator, connect, project } = workshop;
  const { id } = await connect();
  await sql.raw(refusals[rooms.database.engine]).execute(rooms.database.kysely);
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
  await sql.raw(consents[rooms.database.engine]).execute(rooms.database.kysely);
  expect(await rooms.connections.enter(entry)).toMatchObject({ id, kind: "api-token", login: email });
  expect((await rooms.connections.workspaces(id)).workspaces).toHaveLength(1);
});
