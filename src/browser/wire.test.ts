import { describe, expect, expectTypeOf, test } from "vitest";
import type { SessionUser as ServersUser } from "../sessions/session.ts";
import type { describeSession } from "../web/session-check.ts";
import { readOutcome, readSession, type Session, type SessionUser } from "./wire.ts";

test("the client's words for a session are the server's", () => {
  expectTypeOf<Session>().toEqualTypeOf<Readonly<ReturnType<typeof describeSession>>>();
  expectTypeOf<SessionUser>().toEqualTypeOf<ServersUser>();
});

describe("an answer", () => {
  test("that says nobody is nobody", () => {
    expect(readSession({ user: null })).toBeNull();
  });

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["a page's text", "<html>"],
    ["another program's", { user: { name: "john" } }],
    ["one without what posts need", { user: { id: "usr_1" } }],
  ])("that is %s is none of Windlass's", (_what, answer) => {
    expect(readSession(answer)).toBeUndefined();
  });
});

test.each([
  undefined,
  null,
  "windlass:sign-in",
  { type: "windlass:sign-in", outcome: "other" },
  { outcome: "signed-in" },
])("a message that is %j is no outcome", (data) => {
  expect(readOutcome(data)).toBeNull();
});
