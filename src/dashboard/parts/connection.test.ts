import { expect, test } from "vitest";
import { type ConnectionSummary, connectionCard } from "./connection.ts";

const connection: ConnectionSummary = {
  id: "con_1",
  instanceId: "bitbucket",
  instanceName: "Bitbucket",
  state: "active",
  kind: "oauth2",
  accountName: "John Doe",
  workspace: "acme",
  repositories: [],
  lookbackDays: 30,
  connectedAt: new Date("2026-11-20T10:00:00Z"),
};
const gap = {
  scope: "repository",
  tick: "Repositories: Read",
  where: "Workspace settings → OAuth consumers → Edit",
  reasons: ["to read file contents, commits and branches"],
};

const card = (change: Partial<ConnectionSummary>) =>
  String(connectionCard({ id: "prj_1", name: "Shop" }, { ...connection, ...change }, "csrf"));

test("a permission that was not granted is named by its tick, with its reason and where it is", () => {
  const text = card({ gaps: [gap] });
  expect(text).toContain("A permission is missing: Repositories: Read");
  expect(text).toContain(gap.reasons[0]);
  expect(text).toContain(gap.where);
});

test("nothing is said of permissions where none is missing, nor where access is over anyway", () => {
  expect(card({})).not.toContain("missing");
  expect(card({ gaps: [gap], state: "reconnect" })).not.toContain("missing: ");
});
