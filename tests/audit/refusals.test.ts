import { beforeEach, describe, expect, test } from "vitest";
import type { AuditEvent } from "../../src/audit/audit.ts";
import { createRefusals, type Refusals } from "../../src/audit/refusals.ts";
import { type ShiftableClock, shiftableClock } from "../../src/base/clock.ts";

let clock: ShiftableClock;
let written: AuditEvent[];
let failures: unknown[];
let refusals: Refusals;
let writing: (event: AuditEvent) => Promise<void>;

beforeEach(() => {
  clock = shiftableClock();
  [written, failures] = [[], []];
  writing = async (event) => void written.push(event);
  refusals = createRefusals({ audit: { write: (event) => writing(event) }, clock }, (error) =>
    failures.push(error),
  );
});

const note = (reason = "handshake.unknown", instanceId = "bitbucket") =>
  refusals.note({ instanceId, reason });
const times = () => written.map(({ reason, facts }) => [reason, facts?.times]);

describe("a refused sign-in", () => {
  test("is written at once, by nobody unless somebody was signed in", async () => {
    await note();
    await refusals.note({ instanceId: "dc", reason: "handshake.other_user", actor: "user usr_1" });
    expect(written).toEqual([
      {
        event: "signin.refused",
        actor: "nobody",
        reason: "handshake.unknown",
        facts: { instance: "bitbucket", times: 1 },
      },
      {
        event: "signin.refused",
        actor: "user usr_1",
        reason: "handshake.other_user",
        facts: { instance: "dc", times: 1 },
      },
    ]);
    await refusals.close();
  });

  test("a flood of them is two entries a minute, and none is lost from the count", async () => {
    for (let index = 0; index < 5_000; index += 1) await note();
    expect(times()).toEqual([["handshake.unknown", 1]]);
    clock.advance(60);
    await expect.poll(times).toEqual([
      ["handshake.unknown", 1],
      ["handshake.unknown", 4_999],
    ]);
    await note();
    expect(times().at(-1)).toEqual(["handshake.unknown", 1]);
    await refusals.close();
  });

  test("more kinds than anybody needs are counted together", async () => {
    for (let index = 0; index < 5_000; index += 1) await note(`made.up_${index}`);
    expect(written.length).toBe(201);
    await refusals.close();
    expect(times().reduce((sum, [, count]) => sum + Number(count), 0)).toBe(5_000);
  });

  test("the end writes what the minute still holds", async () => {
    await note();
    await note();
    await note();
    await refusals.close();
    expect(times()).toEqual([
      ["handshake.unknown", 1],
      ["handshake.unknown", 2],
    ]);
  });

  test("a record that cannot be written changes nothing for who is refused", async () => {
    const full = new Error("full");
    writing = () => Promise.reject(full);
    await note();
    await refusals.close();
    expect(failures).toEqual([full]);
  });
});
