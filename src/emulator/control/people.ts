/** Owns control over a Data Center's people: renaming them, and making them anew under the same name. */
import { Hono } from "hono";
import { z } from "zod";
import { json } from "../cloud/answers.ts";
import type { EmulatorContext } from "../core/context.ts";
import { EmulatorFailure } from "../core/errors.ts";
import { recreatePerson, renamePerson } from "../data-center/people.ts";
import type { DataCenterWorld, DcPerson } from "../data-center/world.ts";
import { type ControlEnv, withBody } from "./body.ts";

const product = z.enum(["dataCenter", "server"]).optional();
const renameSchema = z.strictObject({ product, name: z.string(), newName: z.string().min(1) });
const recreateSchema = z.strictObject({ product, name: z.string() });

/** `POST people/rename` and `POST people/recreate`, at both products unless one is named. */
export function peopleControl(context: EmulatorContext): Hono<ControlEnv> {
  const app = new Hono<ControlEnv>({ strict: false });
  app.post("/people/rename", (c) =>
    withBody(c, renameSchema, ({ name, newName, product }) =>
      changePeople(context, product, (world) => renamePerson(world, name, newName)),
    ),
  );
  app.post("/people/recreate", (c) =>
    withBody(c, recreateSchema, ({ name, product }) =>
      changePeople(context, product, (world) => recreatePerson(world, name)),
    ),
  );
  return app;
}

/** Answers who they are now, 404 where nobody is of that name, 409 where the new name is taken. */
function changePeople(
  { dataCenters }: EmulatorContext,
  wanted: z.infer<typeof product>,
  change: (world: DataCenterWorld) => DcPerson | null,
): Response {
  try {
    const people = dataCenters
      .filter((each) => wanted === undefined || each.product === wanted)
      .flatMap(({ product, world }) => {
        const person = change(world);
        return person === null ? [] : [{ product, id: person.id, name: person.name, slug: person.slug }];
      });
    return people.length === 0 ? json({ error: "There is no such person." }, 404) : json({ people });
  } catch (error) {
    if (error instanceof EmulatorFailure) return json({ error: error.message }, 409);
    throw error;
  }
}
