import { expect, test } from "vitest";
import { requestLine } from "./emulator-log.ts";

const entry = {
  at: "2026-11-20T08:15:30.123Z",
  origin: "api",
  method: "GET",
  path: "/2.0/user",
  query: "fields=uuid",
  status: 200,
  milliseconds: 1.23,
  client: "abcdefghijkl",
  grant: null,
  person: "johndoe",
  fault: null,
} as const;

test("a line says when, where, what, how it went, how long and who", () => {
  expect(requestLine(entry)).toBe(
    "08:15:30  cloud api  GET     200     1.2 ms  /2.0/user?fields=uuid  johndoe",
  );
  expect(
    requestLine({ ...entry, origin: "dataCenter", person: null, query: "", status: 0, fault: "fault-1" }),
  ).toBe("08:15:30  dc         GET     cut     1.2 ms  /2.0/user  app abcdefgh…  (fault-1)");
  expect(requestLine({ ...entry, person: null, client: null })).toMatch(
    /1\.2 ms {2}\/2\.0\/user\?fields=uuid$/,
  );
});
