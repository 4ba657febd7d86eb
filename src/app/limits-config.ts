/** Owns what a configuration says of how often somebody may try, and of the proxies that say who it is. */
import { z } from "zod";
import { isRange } from "../base/http/special-addresses.ts";

const perMinute = z.int().min(1).max(100_000_000);

/**
 * How often a minute each of these may be asked for: beginning a sign-in, coming back from Bitbucket, showing an API key that
 * is none. Whoever was quiet for a minute may send a minute's worth at once.
 */
export const limits = z
  .strictObject({
    perClientPerMinute: perMinute
      .default(120)
      .describe(
        "By one address, or one network of 64 bits of IPv6; one of 48 bits has ten times as many. This machine's own addresses count towards the total alone.",
      ),
    totalPerMinute: perMinute.default(60_000).describe("By all of them together, in one process."),
  })
  .prefault({})
  .describe(
    "How often a minute each of these may be asked for: beginning a sign-in, coming back from Bitbucket, showing an API key that is none. Whoever was quiet for a minute may send a minute's worth at once.",
  );

/** Whose `X-Forwarded-For` is believed: nobody's, unless told. */
export const trustedProxies = z
  .array(
    z
      .string()
      .trim()
      .refine(
        isRange,
        "must be the IP address of a proxy or a range of them, such as 10.0.0.0/8 (quoted where it holds colons)",
      ),
  )
  .default([])
  .describe(
    "The proxies in front, by address or range: their `X-Forwarded-For` says who is asking. Nobody's is believed unless told.",
  );
