/** Owns what a configuration says of administrators: who may end anybody's sessions. */
import { z } from "zod";
import type { Administrator } from "../signin/admins.ts";

/** A user's id at Bitbucket Cloud with or without braces, or the number of Data Center and Server. */
const stableId = z
  .string()
  .transform((id) => id.toLowerCase().replace(/^\{(.*)\}$/, "$1"))
  .refine(
    (id) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^[1-9]\d{0,18}$/.test(id),
    "must be the uuid of a person at Bitbucket Cloud, or the number of one at Data Center: a user name can change hands",
  );

const administrator = z.union(
  [
    z
      .strictObject({
        instance: z.string().min(1).describe("The name of an instance."),
        id: stableId.describe("Their uuid at Bitbucket Cloud, or their number elsewhere. Never a user name."),
      })
      .transform(({ instance, id }): Administrator => ({ instanceId: instance, subject: id })),
    z
      .strictObject({
        entity: z
          .string()
          .regex(/^user:[^\s/:]+\/[^\s/:]+$/i, "must read user:namespace/name")
          .describe("The catalog's user, such as `user:default/john`."),
      })
      .transform(({ entity }): Administrator => ({ entityRef: entity.toLowerCase() })),
  ],
  "must be {instance, id}, with the person's stable id there (never a user name), or {entity: user:namespace/name}",
);

/** Nobody, unless told. */
export const admins = z
  .array(administrator)
  .default([])
  .describe(
    "Who may see and end everybody's sessions: by instance and stable id there, or by the catalog's user.",
  );

interface Checked {
  readonly admins: readonly Administrator[];
  readonly signIn?: unknown;
  readonly instances: Readonly<Record<string, { readonly signIn?: unknown }>>;
}

/** A name that is written wrongly would make nobody an administrator, and nobody would be told. */
export function checkAdmins({ admins: given, signIn, instances }: Checked, check: z.RefinementCtx): void {
  const asked = [{ signIn }, ...Object.values(instances)].some((each) => Boolean(each.signIn));
  given.forEach((each, index) => {
    const complain = (field: string, message: string) =>
      check.addIssue({ code: "custom", path: ["admins", index, field], message });
    if ("entityRef" in each && !asked)
      complain("entity", "can be nobody: no sign-in resolver finds users of the catalog");
    if ("instanceId" in each && !Object.hasOwn(instances, each.instanceId))
      complain("instance", `names no instance; there are: ${Object.keys(instances).join(", ")}`);
  });
}
