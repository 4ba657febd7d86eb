import { describe, expect, test } from "vitest";
import { credentialKinds } from "../credential.ts";
import { findScope } from "./catalogue.ts";
import { compareScopes, missingFor, missingScopes } from "./compare.ts";
import { kindsOf } from "./listing.ts";
import { leastScopes, type Purpose, purposes, scopesOfKind } from "./purposes.ts";

const names = (...call: Parameters<typeof leastScopes>) =>
  leastScopes(...call)?.map(({ scope }) => scope) ?? null;

test("the credentials listed for a product are those it knows", () => {
  for (const [product, kinds] of Object.entries(kindsOf)) {
    const known = Object.entries(credentialKinds).filter(([, { products }]) =>
      products.some((each) => each === product),
    );
    expect([...kinds].sort()).toEqual(known.map(([kind]) => kind).sort());
  }
});

describe("the least scopes", () => {
  test.each<[string, Parameters<typeof leastScopes>, readonly string[] | null]>([
    ["S6: reading code", ["cloud", "oauth2", ["read-code"]], ["repository", "account"]],
    ["G4: signing in", ["cloud", "oauth2", ["sign-in"]], ["account", "email"]],
    [
      "signing in and reading code",
      ["cloud", "oauth2", ["sign-in", "read-code"]],
      ["account", "email", "repository"],
    ],
    [
      "pull requests, which bring the code",
      ["cloud", "oauth2", ["read-code", "pull-requests"]],
      ["account", "pullrequest"],
    ],
    ["webhooks", ["cloud", "oauth2", ["webhooks"]], ["webhook", "repository"]],
    ["reading code by access token", ["cloud", "access-token", ["read-code"]], ["repository"]],
    [
      "reading code by API token",
      ["cloud", "api-token", ["read-code"]],
      ["read:repository:bitbucket", "read:user:bitbucket", "read:workspace:bitbucket"],
    ],
    ["signing in at a Data Center", ["data-center", "oauth2", ["sign-in"]], ["PUBLIC_REPOS"]],
    ["both at a Data Center", ["data-center", "oauth2", ["sign-in", "read-code"]], ["REPO_READ"]],
    ["webhooks by HTTP access token", ["server", "http-access-token", ["webhooks"]], ["REPO_ADMIN"]],
    ["anything by OAuth 1.0a", ["server", "oauth1", ["sign-in", "webhooks"]], []],
    ["signing in with a token, which nobody can", ["cloud", "api-token", ["sign-in"]], null],
  ])("for %s", (_, call, expected) => {
    expect(names(...call)).toEqual(expected);
  });

  const places = Object.entries(credentialKinds).flatMap(([kind, { products }]) =>
    // They are the table's own keys.
    products.map((product) => [product, kind as keyof typeof credentialKinds] as const),
  );
  test.each(places)("of %s and %s are each in their catalogue, and reasoned in words", (product, kind) => {
    const { list } = scopesOfKind(product, kind);
    const needed = Object.keys(purposes).flatMap(
      (purpose) => leastScopes(product, kind, [purpose as Purpose]) ?? [], // the table's own keys, too
    );
    for (const { scope, tick, reasons } of needed) {
      expect(list === null ? null : findScope(list, scope), scope).toMatchObject({ tick });
      expect(reasons.join(" ")).toMatch(/^to /);
    }
  });

  test("keep the reason of a scope that another one brings along", () => {
    const [account, pullrequest] = leastScopes("cloud", "oauth2", ["read-code", "pull-requests"]) ?? [];
    expect(account?.scope).toBe("account");
    expect(pullrequest?.reasons).toEqual([
      "to read file contents, commits and branches",
      "to read pull requests",
    ]);
  });
});

describe("granted scopes", () => {
  const consumer = { product: "cloud", kind: "oauth2" } as const;

  test("that lack something name it by its tick, where it is and what for", () => {
    expect(missingFor(["account"], ["read-code"], consumer)).toEqual([
      {
        scope: "repository",
        tick: "Repositories: Read",
        where: "Workspace settings → OAuth consumers → Edit",
        reasons: ["to read file contents, commits and branches"],
      },
    ]);
  });

  test("count with what they imply, by the rules of their own list", () => {
    expect(missingScopes(["pullrequest:write", "account"], ["repository", "account"], consumer)).toEqual([]);
    const apiToken = { product: "cloud", kind: "api-token" } as const;
    expect(
      missingScopes(["write:repository:bitbucket"], ["read:repository:bitbucket"], apiToken),
    ).toHaveLength(1);
    const link = { product: "data-center", kind: "oauth2" } as const;
    expect(missingScopes(["REPO_ADMIN"], ["PUBLIC_REPOS", "REPO_READ"], link)).toEqual([]);
    const signed = { product: "server", kind: "oauth1" } as const;
    expect(missingScopes([], ["anything"], signed)).toEqual([]);
  });

  test("are kept apart from those that were asked", () => {
    const compared = compareScopes(["account", "email"], ["account", "repository:write"], consumer);
    expect(compared.missing.map(({ tick }) => tick)).toEqual(["Account: Email"]);
    expect(compared.beyond).toEqual(["repository:write"]);
  });
});
