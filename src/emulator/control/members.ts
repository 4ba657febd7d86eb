/** Owns control over who is in a workspace: adding somebody, making them its administrator or a member again, and removing them. */
import { Hono } from "hono";
import { z } from "zod";
import { json } from "../cloud/answers.ts";
import type { EmulatorContext } from "../core/context.ts";
import { EmulatorFailure } from "../core/errors.ts";
import { findPerson, findWorkspace } from "../core/world.ts";
import { type ControlEnv, withBody } from "./body.ts";

/** What somebody is in a workspace from now on; `none` takes them out of it. */
export interface PlaceInWorkspace {
  /** Its slug, or its uuid in braces. */
  readonly workspace: string;
  /** A username, account id or uuid. */
  readonly person: string;
  readonly role: "administrator" | "member" | "none";
}

/** Throws {@link EmulatorFailure} `unknown_workspace`, `unknown_person`. */
export function setPlace(
  { world }: EmulatorContext,
  { workspace: handle, person: who, role }: PlaceInWorkspace,
): void {
  const workspace = findWorkspace(world, handle);
  if (workspace === undefined)
    throw new EmulatorFailure("unknown_workspace", `There is no workspace "${handle}".`);
  const person = findPerson(world, who);
  if (person === undefined) throw new EmulatorFailure("unknown_person", `There is no person "${who}".`);
  const others = workspace.members.filter(({ personUuid }) => personUuid !== person.uuid);
  const own = { personUuid: person.uuid, administrator: role === "administrator" };
  const members = role === "none" ? others : [...others, own];
  world.workspaces[world.workspaces.indexOf(workspace)] = { ...workspace, members };
}

const schema = z.strictObject({
  workspace: z.string().min(1),
  person: z.string().min(1),
  role: z.enum(["administrator", "member", "none"]),
});

/** `POST members`. */
export function memberRoutes(context: EmulatorContext): Hono<ControlEnv> {
  const app = new Hono<ControlEnv>({ strict: false });
  app.post("/members", (c) =>
    withBody(c, schema, (place) => {
      try {
        setPlace(context, place);
        return json(place);
      } catch (error) {
        if (error instanceof EmulatorFailure) return json({ error: error.message }, 404);
        throw error;
      }
    }),
  );
  return app;
}
