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

test("what is being looked after is told with when, in a zone that is named, and nobody is asked to act", () => {
  const doubt = {
    code: "vault.suspect",
    message: "Bitbucket refused <b>.",
    cure: "Wait.",
    nextTryAt: new Date("2026-11-20T10:05:00Z"),
  };
  const text = card({ state: "suspect", doubt });
  expect(text).toContain("Bitbucket refused &lt;b&gt;. Wait.");
  expect(text).toContain('Bitbucket is asked again at <time datetime="2026-11-20T10:05:00.000Z"');
  expect(text).toContain("10:05 UTC");
  expect(text).toContain("vault.suspect");
  expect(text).not.toContain("Reconnect</");
  expect(card({ state: "suspect", doubt: { ...doubt, nextTryAt: null } })).not.toContain("asked again");
});

test("a suspended connection is told why, leads to reconnecting, and offers no run", () => {
  const failure = { code: "vault.other_person", message: "Another person's.", cure: "Reconnect as Ada." };
  const repositories = [{ fullName: "acme/shop" }];
  const text = card({ state: "suspended", failure, repositories });
  expect(text).toContain("Another person&#39;s.");
  expect(text).toMatch(/<button class="button primary"><span>Reconnect<\/span>/);
  expect(text).not.toContain("Run analysis");
  expect(text).toContain("Suspended");
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
