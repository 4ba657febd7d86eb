import { beforeEach, describe, expect, test } from "vitest";
import type { AuditEvent } from "../../src/audit/audit.ts";
import { createHandOuts, type HandOuts } from "../../src/audit/hand-outs.ts";
import type { ShiftableClock } from "../../src/base/clock.ts";
import { frozenClock } from "../frozen-clock.ts";

let clock: ShiftableClock;
let written: AuditEvent[];
let handOuts: HandOuts;
/** Ends the write that was begun last. */
let end: { well(): void; badly(error: Error): void };

beforeEach(() => {
  clock = frozenClock();
  written = [];
  const write = (event: AuditEvent) =>
    new Promise<void>((resolve, reject) => {
      written.push(event);
      end = { well: () => resolve(), badly: reject };
    });
  handOuts = createHandOuts({ write }, clock);
});

const note = (caller = "key key_1", connectionId = "con_1") =>
  handOuts.note({ caller, connectionId, projectId: "prj_1" });
const noted = async (...about: Parameters<typeof note>) => {
  const writing = note(...about);
  end.well();
  await writing;
};

describe("a hand-out", () => {
  test("is one entry for a caller, connection and minute", async () => {
    await noted();
    expect(note()).toBeUndefined();
    await noted("key key_2");
    await noted("key key_1", "con_2");
    clock.advance(59);
    expect(note()).toBeUndefined();
    clock.advance(1);
    await noted();
    expect(written).toHaveLength(4);
    expect(written[0]).toEqual({
      event: "connection.handed_out",
      actor: "key key_1",
      connectionId: "con_1",
      projectId: "prj_1",
    });
  });

  test("waits until the entry is durable, whoever else asks meanwhile", async () => {
    const both = [note(), note()];
    expect(written).toHaveLength(1);
    expect(both[1]).toBeInstanceOf(Promise);
    end.well();
    await Promise.all(both);
    expect(note()).toBeUndefined();
  });

  test("whose entry cannot be written fails, and the next one tries again", async () => {
    const writing = note();
    end.badly(new Error("disk full"));
    await expect(writing).rejects.toThrow("disk full");
    await noted();
    expect(written).toHaveLength(2);
  });

  test("that ends in the next minute does not count for it", async () => {
    const writing = note();
    const endFirst = end;
    clock.advance(60);
    const second = note();
    endFirst.well();
    await writing;
    expect(note()).toBeInstanceOf(Promise);
    end.well();
    await second;
    expect(note()).toBeUndefined();
  });

  test("is recorded after a clock was set back", async () => {
    await noted();
    clock.advance(-3600);
    await noted();
    expect(written).toHaveLength(2);
  });

  test("is remembered for 50,000 callers at most, and recorded again beyond", async () => {
    for (let index = 0; index < 50_001; index++) await noted(`key ${index}`);
    expect(note("key 50000")).toBeUndefined();
    await noted("key 1");
    expect(written).toHaveLength(50_002);
  });
});
