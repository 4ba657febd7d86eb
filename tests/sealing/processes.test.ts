import { expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { listDataKeys } from "../../src/storage/tables/data-keys.ts";
import { insertProject } from "../../src/storage/tables/projects.ts";
import { insertUser } from "../../src/storage/tables/users.ts";
import { describeEngines } from "../storage/engines.ts";
import { ada, now } from "../storage/rows.ts";
import { configOf, keyText, openParts } from "./rig.ts";

const clock = systemClock();
const place = { connection: "con_1", field: "access" };

describeEngines("processes that begin together", (open) => {
  test("each make or find a first key, and each opens what any of them sealed", async () => {
    const opened = await open({ clock });
    const handles = [opened.database, await opened.beside(), await opened.beside(), await opened.beside()];
    await insertUser(opened.database.kysely, ada);
    await insertProject(opened.database.kysely, {
      id: "prj_1",
      name: "Shop",
      made_by: ada.id,
      created_at: now,
    });
    const config = configOf(opened.place, keyText(1));
    const processes = await Promise.all(handles.map((database) => openParts(database, config, { clock })));
    const sealed = await Promise.all(
      processes.flatMap(({ keyrings }, at) =>
        [null, "prj_1"].map(async (owner) => {
          const text = `${owner} ${at}`;
          return { owner, text, sealed: await (await keyrings.of(owner)).seal(place, text) };
        }),
      ),
    );
    for (const { keyrings } of processes)
      for (const each of sealed)
        expect(await (await keyrings.of(each.owner)).open(place, each.sealed)).toBe(each.text);
    const late = await openParts(opened.database, config, { clock });
    for (const each of sealed)
      expect(await (await late.keyrings.of(each.owner)).open(place, each.sealed)).toBe(each.text);
    const made = await listDataKeys(opened.database.kysely, "prj_1");
    expect(made.length).toBeGreaterThan(0);
    expect(made.length).toBeLessThanOrEqual(processes.length);
  });

  test("a project that is gone gets no key", async () => {
    const { database, place: where } = await open({ clock });
    const { keyrings } = await openParts(database, configOf(where, keyText(1)), { clock });
    await expect(keyrings.of("prj_gone")).rejects.toMatchObject({ code: "storage.missing_reference" });
    expect(await listDataKeys(database.kysely, "prj_gone")).toEqual([]);
  });
});
