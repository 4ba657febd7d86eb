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

test("a token's missing permission is mended by a new token, as its scopes are fixed", () => {
  const missing = { ...gap, scope: "read:repository:bitbucket", tick: "read:repository:bitbucket" };
  const text = card({ kind: "api-token", gaps: [missing], scopes: ["read:user:bitbucket"] });
  expect(text).toContain("A permission is missing: read:repository:bitbucket");
  expect(text).toContain("Make a new API token with it");
  expect(text).toContain("<code>read:user:bitbucket</code>");
});

test("where Bitbucket does not say what it granted, the card says that", () => {
  expect(card({ kind: "api-token", scopes: [] })).toContain("Bitbucket does not say");
  expect(card({ kind: "oauth1", scopes: [] })).not.toContain("Granted");
});

test("how git takes the credential: a user name beside it, or the header alone", () => {
  expect(card({ kind: "http-access-token", gitUser: "johndoe" })).toContain(
    "<dt>git user name</dt><dd><code>johndoe</code>",
  );
  expect(card({ kind: "http-access-token", gitUser: null })).toContain("<code>Authorization</code> header");
  expect(card({ kind: "oauth1", gitUser: null })).not.toContain("<dt>git");
});

test("nothing is said of permissions where none is missing, nor where access is over anyway", () => {
  expect(card({})).not.toContain("missing");
  expect(card({ gaps: [gap], state: "reconnect" })).not.toContain("missing: ");
});

test("a credential that has ended is not announced as one that goes on", () => {
  const endsAt = new Date("2026-11-20T00:00:00Z");
  const soon = card({ kind: "api-token", endsAt, endsSoon: true });
  expect(soon).toContain("This API token ends on 20 Nov 2026");
  expect(soon).toContain("until then everything goes on");
  const over = card({ kind: "api-token", endsAt, endsSoon: true, hasEnded: true });
  expect(over).toContain("This API token ended on 20 Nov 2026");
  expect(over).not.toContain("goes on");
});
