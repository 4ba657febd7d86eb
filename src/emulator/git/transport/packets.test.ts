import { expect, test } from "vitest";
import { onBand, packet, readPushHead } from "./packets.ts";

const zeros = "0".repeat(40);
const ones = "1".repeat(40);

test("a packet begins with its own length in four hex digits", () => {
  expect(packet("# service=git-upload-pack\n").toString()).toBe("001e# service=git-upload-pack\n");
  expect(packet("").toString()).toBe("0004");
});

test("a message on a band is cut into packets git takes", () => {
  const bytes = onBand(2, "x".repeat(70_000));
  expect(bytes.toString("latin1", 0, 5)).toBe("fff0\u0002");
  expect(bytes.length).toBe(70_000 + 2 * 5);
});

test("the head of a push is read once it is whole", () => {
  const head = Buffer.concat([
    packet(`shallow ${ones}`),
    packet(`${zeros} ${ones} refs/heads/a b\0 report-status side-band-64k agent=git/2.39`),
    packet(`${ones} ${zeros} refs/tags/é\n`),
    Buffer.from("0000PACK"),
  ]);
  const whole = {
    commands: [
      { old: zeros, new: ones, ref: "refs/heads/a b" },
      { old: ones, new: zeros, ref: "refs/tags/é" },
    ],
    capabilities: ["report-status", "side-band-64k", "agent=git/2.39"],
  };
  for (let end = 0; end < head.length - 4; end += 1) expect(readPushHead(head.subarray(0, end))).toBeNull();
  expect(readPushHead(head)).toEqual(whole);
  expect(readPushHead(Buffer.from("0000"))).toEqual({ commands: [], capabilities: [] });
});

test("what is no head of a push is told apart from one that is not whole", () => {
  for (const text of ["POST", "0003", "0001", "000ahello\n", "zzzz"])
    expect(readPushHead(Buffer.from(`${text}0000`)), text).toBe("malformed");
});
