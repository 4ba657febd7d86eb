/** Owns what a configuration says of the catalog: where its entities are, and how often that is asked. */
import { z } from "zod";
import { httpUrl, isSafe, secret } from "./instance-config.ts";

const target = z.string().min(1, "is empty");

const seconds = z
  .int("must be a whole number of seconds")
  .min(30, "must be 30 seconds at least")
  .default(300);

/** A file or a pattern of files, relative to the configuration file. */
const file = z.strictObject({ type: z.literal("file"), target });

/** Every YAML file below a folder. */
const folder = z.strictObject({ type: z.literal("folder"), target });

/** The catalog of a running Backstage. */
const backstage = z.strictObject({
  type: z.literal("backstage"),
  /** `backend.baseUrl` of that Backstage. */
  url: httpUrl
    .refine((url) => !/[?#]/.test(url), "must not have a query")
    .refine(isSafe, "must be https (http is accepted for localhost and other loopback addresses only)"),
  /** For calls from one service to another; none where the catalog is open. */
  token: secret.optional(),
  /** How long what it said is believed. */
  refreshSeconds: seconds,
});

const kinds = ["file", "folder", "backstage"] as const;

export const catalog = z
  .strictObject({
    /** Where the entities are; one that is written twice counts where it is written first, in files before addresses. */
    locations: z
      .array(
        z.discriminatedUnion("type", [file, folder, backstage], {
          error: ({ input }) =>
            `has the type ${JSON.stringify((Object(input) as { type?: unknown }).type)}; known are ${kinds.join(", ")}`, // any value can be read by name
        }),
      )
      .default([]),
  })
  .prefault({});

export type CatalogConfig = z.output<typeof catalog>;
