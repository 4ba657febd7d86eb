/** Owns what the property tests share: one server for all of a file, and what holds whatever was sent or answered. */
import { expect } from "vitest";
import { fc } from "../property.ts";
import { openArena } from "./place.ts";
import type { Seen, Visitor } from "./visitor.ts";

export type Properties = Awaited<ReturnType<typeof openProperties>>;

export const anyText = fc.string({ unit: "binary", maxLength: 200 });

export async function openProperties() {
  const arena = await openArena();
  const place = await arena.place();

  /** Neither a failure nobody foresaw nor a secret is in the answer. */
  const expectQuiet = (seen: Seen): void => {
    expect(seen.status).not.toBe(500);
    expect(seen.status).toBeLessThan(600);
    const secrets = Object.values(place.upstreams)
      .flatMap((upstream) => upstream.secrets())
      // The address at Bitbucket that a browser is sent to has its own trip's request token in it.
      .filter((secret) => !secret.startsWith("request-"));
    const whole = `${JSON.stringify(seen.headers)}${seen.text}`;
    // Codes come back in no answer; those of this callback are in its own address, which is not part of the answer.
    expect(secrets.filter((secret) => whole.includes(secret))).toEqual([]);
  };
  return {
    place,
    expectQuiet,
    /** No session came of it either. */
    async expectHeld(visitor: Visitor, seen: Seen): Promise<void> {
      expectQuiet(seen);
      expect(await visitor.whoIsSignedIn()).toBeNull();
    },
    async expectUnbroken(): Promise<void> {
      const log = await place.freshLog();
      expect(log.split("\n").filter((line) => line.includes('"request.broken"'))).toEqual([]);
    },
    async close(): Promise<void> {
      await place.close();
      await arena.close();
    },
  };
}
