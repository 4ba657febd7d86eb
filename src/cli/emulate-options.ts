/** Owns the options of `windlass emulate`, as `parseArgs` takes them. */
import type { parseArgs } from "node:util";

export const emulateOptions = {
  port: { type: "string" },
  "api-port": { type: "string" },
  "data-center-port": { type: "string" },
  "data-center-version": { type: "string" },
  "data-center-path": { type: "string" },
  "server-port": { type: "string" },
  "server-version": { type: "string" },
  "cloud-only": { type: "boolean" },
  repo: { type: "string", multiple: true },
  seed: { type: "string" },
  "callback-url": { type: "string" },
  rules: { type: "string" },
  rule: { type: "string", multiple: true },
  "auto-approve": { type: "string" },
  record: { type: "string" },
  quiet: { type: "boolean" },
  log: { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** What was given of them. */
export type EmulateValues = ReturnType<typeof parseArgs<{ options: typeof emulateOptions }>>["values"];
