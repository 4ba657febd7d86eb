/** Owns what a configuration says of the catalog: where its entities are, and how often that is asked. */
import { z } from "zod";
import { httpUrl, isSafe, secret } from "./instance-config.ts";

const typeIs =
  "`file`: one, or a pattern · `folder`: every YAML file below it · `backstage`: a running one's catalog.";

const target = z
  .string()
  .min(1, "is empty")
  .describe("A file, a pattern of files, or a folder, relative to the configuration file.");

const seconds = z
  .int("must be a whole number of seconds")
  .min(30, "must be 30 seconds at least")
  .default(300);

/** A file or a pattern of files, relative to the configuration file. */
const file = z.strictObject({ type: z.literal("file").describe(typeIs), target });

/** Every YAML file below a folder. */
const folder = z.strictObject({ type: z.literal("folder").describe(typeIs), target });

/** The catalog of a running Backstage. */
const backstage = z.strictObject({
  type: z.literal("backstage").describe(typeIs),
  url: httpUrl
    .refine((url) => !/[?#]/.test(url), "must not have a query")
    .refine(isSafe, "must be https (http is accepted for localhost and other loopback addresses only)")
    .describe("`backend.baseUrl` of a running Backstage."),
  token: secret.optional().describe("For calls from one service to another; none where its catalog is open."),
  refreshSeconds: seconds.describe("How long what it said is believed."),
});

/** A file of a repository that a project has connected, and those it names. */
const repository = z.strictObject({
  type: z.literal("repository").describe(typeIs),
  connection: z
    .string()
    .regex(/^con_[\w-]+$/, "must be a connection's id, as windlass connections shows it")
    .describe("Whose access is used: the id of a connection, as `windlass connections` shows it."),
  repository: z
    .string()
    .regex(/^[^/\s]+\/[^/\s]+$/, "must be workspace/repository, or KEY/repository")
    .describe("`workspace/repository` at Cloud, `KEY/repository` elsewhere."),
  path: z
    .string()
    .regex(/^(?!\/)(?!.*(^|\/)\.{1,2}(\/|$))\S+$/, "must be a path in the repository")
    .default("catalog-info.yaml")
    .describe("The file that is read first."),
  branch: z.string().min(1).optional().describe("Default: the main branch."),
  refreshSeconds: seconds.describe("How long what it said is believed."),
});

const kinds = ["file", "folder", "repository", "backstage"] as const;

export const catalog = z
  .strictObject({
    locations: z
      .array(
        z.discriminatedUnion("type", [file, folder, repository, backstage], {
          error: ({ input }) =>
            `has the type ${JSON.stringify((Object(input) as { type?: unknown }).type)}; known are ${kinds.join(", ")}`, // any value can be read by name
        }),
      )
      .default([])
      .describe(
        "Where the entities are; one that is written twice counts where it is written first, in files before addresses.",
      ),
  })
  .prefault({})
  .describe("The users and groups that sign-in resolvers search.");

export type CatalogConfig = z.output<typeof catalog>;
