import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { createApp } from "../../src/app/app.ts";
import { createWindlass } from "../../src/library/index.ts";
import { engines, makePlace } from "../storage/engines.ts";
import { configFor } from "./rig.ts";
import { idOf, openWorld, type World } from "./world.ts";

let world: World | undefined;
let remove: (() => Promise<void>) | undefined;
afterEach(async () => {
  await world?.close();
  await remove?.();
  world = undefined;
});

describe.each(engines)("a whole app on %s", (engine) => {
  test("signs people in, connects, finds the culprit, survives a restart, and forgets a project", async () => {
    const made = await makePlace(engine);
    remove = made.remove;
    const key = randomBytes(32).toString("base64");
    world = await openWorld({
      config: (emulator) => configFor(emulator, { database: made.place, key }),
    });
    const { john, jane, project, connection, analysis, app, emulator } = world;
    const page = await john.open(analysis);
    expect(page.status).toBe(200);
    expect((await jane.open(project)).status).toBe(404);
    const before = await app.analyses.get(idOf(analysis));
    expect(before.state).toBe("done");
    expect(before.commits.items.length).toBeGreaterThan(3);

    const second = await createApp(configFor(emulator, { database: made.place, key }), {
      clock: emulator.clock,
    });
    expect(await second.analyses.get(idOf(analysis))).toEqual(before);
    expect(await second.ready()).toBe(true);
    await second.close();

    expect((await john.open(`${connection}/repositories`)).status).toBe(200);
    await john.submit(await john.open(`${project}/delete`), `${project}/delete`, []);
    expect((await john.open(project)).status).toBe(404);
    expect((await john.open(`${connection}/repositories`)).status).toBe(404);
  });

  test("createWindlass takes it as its database", async () => {
    const made = await makePlace(engine);
    remove = made.remove;
    const instances = { bitbucket: { clientId: "key", clientSecret: "secret" } };
    const key = randomBytes(32).toString("base64");
    await using windlass = await createWindlass({ database: made.place, key, instances });
    await windlass.start();
    const answer = await windlass.handler(new Request("http://localhost:8000/readyz"));
    expect(answer.status).toBe(200);
  });
});
