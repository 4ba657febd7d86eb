/** Owns a process that rotates the keys of the database in its first argument, to be killed meanwhile; it tells of each step. */
import { writeSync } from "node:fs";
import { rotateKeys } from "../../src/app/keys/rotate.ts";
import { systemClock } from "../../src/base/clock.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { configOf, openParts } from "./rig.ts";

const [, , place = ""] = process.argv;
const clock = systemClock();
const database = await openDatabase(place, { clock });
const parts = await openParts(database, configOf(place), { clock, onlyLook: true });
writeSync(1, "ready\n");
await rotateKeys(parts, { onProgress: ({ step, done }) => void writeSync(1, `${step} ${done}\n`) });
writeSync(1, "done\n");
await database.close();
