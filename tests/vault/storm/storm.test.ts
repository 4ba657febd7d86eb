/** Everybody at once: Bitbucket is asked once for each connection, whoever asks and from however many processes. */
import { describe, expect, test } from "vitest";
import { engines } from "../../storage/engines.ts";
import { counts } from "../counts.ts";
import { products } from "../world/far-side.ts";
import { openWorld } from "../world/world.ts";

const processes = 4;
const callers = counts(100, 1_000);
const together = counts(40, 1_000);
const patience = counts(30_000, 300_000);

describe.each(engines)("on %s", (engine) => {
  describe.each(products)("at %s", (product) => {
    test(
      `H1, H2: ${processes} processes × ${callers} callers on one connection that has ended: one renewal, and a token that works for each`,
      async () => {
        const world = await openWorld({ engine, product, leaseSeconds: 30 });
        const connectionIds = await world.connectEnded(1);
        const crowd = await Promise.all(Array.from({ length: processes }, () => world.start()));
        const reports = await Promise.all(crowd.map((each) => each.ask({ connectionIds, callers })));
        for (const report of reports)
          expect(report).toMatchObject({ handed: callers, failures: {}, refused: 0, working: 1 });
        expect(new Set(reports.flatMap(({ tokens }) => Object.values(tokens).flat())).size).toBe(1);
        expect([world.refreshes(), world.rotations()]).toEqual([1, 1]);
        expect(await world.wrongInRecord()).toEqual([]);
      },
      patience,
    );

    test(
      `${together} connections that end together: as many renewals`,
      async () => {
        const world = await openWorld({ engine, product, leaseSeconds: 30 });
        const connectionIds = await world.connectEnded(together);
        const crowd = await Promise.all(Array.from({ length: processes }, () => world.start()));
        const reports = await Promise.all(crowd.map((each) => each.ask({ connectionIds, callers: 1 })));
        for (const report of reports)
          expect(report).toMatchObject({ handed: together, failures: {}, refused: 0, working: together });
        expect([world.refreshes(), world.rotations()]).toEqual([together, together]);
        expect(await world.wrongInRecord()).toEqual([]);
      },
      patience,
    );
  });
});
