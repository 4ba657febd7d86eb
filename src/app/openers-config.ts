/** Owns what a configuration says of pages that may open sign-in in a window of its own. */
import { z } from "zod";
import { httpUrl, isSafe } from "./instance-config.ts";

const origin = httpUrl
  .refine(isSafe, "must be https (http is accepted for localhost and other loopback addresses only)")
  .refine(
    (url) => url === new URL(url).origin,
    "must be an origin as a browser writes it: https://app.example",
  )
  .transform((url) => new URL(url).origin);

/** Nobody but our own pages, unless told. */
export const signInOpeners = z
  .array(origin)
  .default([])
  .describe("Origins of pages that may open sign-in in a window and hear its outcome. Our own always may.");
