import { expect, test } from "vitest";
import { fc } from "../../tests/property.ts";
import { readableLine } from "./line.ts";

test("what breaks a line or turns it around is left out, everything else stays", () => {
  expect(readableLine(" Ada\n\u202e King\u0000 \ud800")).toBe("Ada King");
  for (const name of ["店", "🏗️", "👩‍💻 Ada", "می‌خواهم", "<b>", "-"]) expect(readableLine(name)).toBe(name);
});

test("a name of which nothing can be seen is none", () => {
  for (const name of ["", " ", "\u200b", "\u200d\u00ad\ufeff", "\u202e\u202c", "\u0301"])
    expect(readableLine(name)).toBe("");
});

test("whatever it was, a second time changes nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const line = readableLine(text);
      expect(readableLine(line)).toBe(line);
      expect(line.isWellFormed()).toBe(true);
    }),
  );
});
