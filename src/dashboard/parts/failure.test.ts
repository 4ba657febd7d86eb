import { expect, test } from "vitest";
import { type Failure, failureCard, type Places } from "./failure.ts";

const places: Places = {
  reconnect: { label: "Reconnect", post: "/projects/p/connect/bitbucket", fields: { connection: "c" } },
  repositories: { label: "Edit repositories", href: "/projects/p/connections/c/repositories" },
  retry: { label: "Run again", href: "/again" },
};

const card = (failure: Partial<Failure>, where: Places = places) =>
  String(
    failureCard({ code: "x.y", message: "What happened.", cure: "What to do.", ...failure }, where, "token"),
  );

test("S20: an expired or revoked connection is told with the advice and a button that reconnects", () => {
  for (const code of ["bitbucket.unauthorized", "vault.reconnect"]) {
    const text = card({ code });
    expect(text).toContain("Bitbucket no longer accepts this connection");
    expect(text).toMatch(/<form[^>]*action="\/projects\/p\/connect\/bitbucket"/);
    expect(text).toContain('name="connection" value="c"');
    expect(text).toContain('name="csrf" value="token"');
    expect(text).toContain("Reconnect");
  }
});

test("S21: a missing permission is named, with what was needed and what was granted", () => {
  const data = { required: ["repository", "account"], granted: ["account", "email"] };
  const text = card({ code: "bitbucket.forbidden", data });
  expect(text).toContain("<h2>Missing permission: repository</h2>");
  expect(text).toContain("<code>email</code>");
  expect(text).toContain("Reconnect");
});

test("S21: a refusal without a list of scopes still says that a permission is missing", () => {
  expect(card({ code: "bitbucket.forbidden", data: { required: "repository" } })).toContain(
    "<h2>A permission is missing</h2>",
  );
});

test("S22: an unknown repository comes with the near miss and the way to the repositories", () => {
  const text = card({ code: "bitbucket.not_found", data: { suggestion: "acme/checkout-api" } });
  expect(text).toContain("Did you mean <code>acme/checkout-api</code>?");
  expect(text).toContain('href="/projects/p/connections/c/repositories"');
});

test("a wait says until when, an unknown code is told by its reaction, and the code stands small below", () => {
  const until = new Date("2026-11-02T14:41:00Z");
  expect(card({ code: "bitbucket.rate_limited" }, { waitingUntil: until })).toContain("14:41 UTC");
  expect(card({ reaction: "unreachable" })).toContain("This could not be reached");
  expect(card({})).toContain("Something went wrong");
  expect(card({})).toContain('<code class="code">x.y</code>');
});

test("what is no fault of Bitbucket's or of the network is not called unreachable", () => {
  for (const code of ["web.too_many_requests", "sessions.unavailable"])
    expect(card({ code, reaction: "unreachable" })).not.toContain("could not be reached");
  expect(card({ code: "web.too_many_requests" })).toContain("<h2>Too many attempts</h2>");
});

test("a card without a place to go has no button", () => {
  expect(card({ code: "bitbucket.unauthorized" }, {})).not.toContain("button");
});
