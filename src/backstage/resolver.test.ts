import { describe, expect, test } from "vitest";
import { readProfile } from "../bitbucket/profile/profile.ts";
import { createCatalog } from "../catalog/catalog.ts";
import { readEntities } from "../catalog/entities.ts";
import type { AuthResolverContext } from "./context.ts";
import { getDefaultOwnershipEntityRefs, stringifyEntityRef } from "./entity.ts";
import {
  type AuthHandler,
  askResolver,
  bitbucketUserIdSignInResolver,
  bitbucketUsernameSignInResolver,
  type SignInResolver,
} from "./resolver.ts";
import type { BitbucketOAuthResult } from "./result.ts";

const uuid = "7d3a178a-a087-4756-b2da-2f9eadf50ba8";

const raw = {
  uuid: `{${uuid}}`,
  username: "johndoe",
  display_name: "John Doe",
  links: {
    avatar: { href: "https://bitbucket.org/account/johndoe/avatar/" },
    html: { href: "https://bitbucket.org/johndoe/" },
  },
};

const address = { email: "john@example.com", isPrimary: true, isConfirmed: true };
const john = readProfile("bitbucket", raw, [address]);

const entity = (name: string, annotations: Record<string, string>) => ({
  apiVersion: "backstage.io/v1alpha1",
  kind: "User",
  metadata: { name, annotations },
  spec: { profile: { email: `${name}@example.com` }, memberOf: ["team-a"] },
});

const teams = ["team-a", "everybody"].map((name) => ({
  apiVersion: "backstage.io/v1alpha1",
  kind: "Group",
  metadata: { name },
  spec: { type: "team", children: name === "everybody" ? ["team-a"] : [] },
}));

function catalogOf(...entities: readonly unknown[]) {
  const text = [...entities, ...teams].map((each) => JSON.stringify(each)).join("\n---\n");
  const { users, groups } = readEntities({ name: "org.yaml", text });
  return createCatalog(users, groups);
}

const byName = entity("john", { "bitbucket.org/username": "johndoe" });
const byId = entity("johnny", { "bitbucket.org/user-id": uuid });
const owned = ["user:default/john", "group:default/team-a", "group:default/everybody"];

type Resolver = SignInResolver<BitbucketOAuthResult>;
const ask = (resolver: Resolver, catalog = catalogOf(byName, byId), profile = john) =>
  askResolver({ resolver }, profile, catalog);

const named = (name: string) => expect.objectContaining({ name });

describe("the two that come along", () => {
  test("find the user by user name, and by id with or without braces", async () => {
    expect(await ask(bitbucketUsernameSignInResolver)).toBe("user:default/john");
    expect(await ask(bitbucketUserIdSignInResolver)).toBe("user:default/johnny");
  });

  test("sign nobody in whom the catalog lacks, nobody without a user name, and nobody on a guess", async () => {
    await expect(ask(bitbucketUsernameSignInResolver, catalogOf(byId))).rejects.toThrow(
      "No user of the catalog is metadata.annotations.bitbucket.org/username=johndoe.",
    );
    const nameless = readProfile("bitbucket", { uuid: raw.uuid }, []);
    await expect(ask(bitbucketUsernameSignInResolver, catalogOf(byName), nameless)).rejects.toThrow(
      named("NotFoundError"),
    );
    const twins = catalogOf(byName, entity("jane", { "bitbucket.org/username": "johndoe" }));
    await expect(ask(bitbucketUsernameSignInResolver, twins)).rejects.toThrow(named("ConflictError"));
  });
});

describe("one of one's own", () => {
  test("is told the profile and passport's result, with the id in braces", async () => {
    let told: unknown;
    await ask(async (info, context) => {
      told = structuredClone(info);
      return context.signInWithCatalogUser({ entityRef: "john" });
    });
    expect(told).toEqual({
      profile: { email: "john@example.com", displayName: "John Doe", picture: raw.links.avatar.href },
      result: {
        params: {},
        fullProfile: {
          provider: "bitbucket",
          id: `{${uuid}}`,
          displayName: "John Doe",
          username: "johndoe",
          profileUrl: raw.links.html.href,
          avatarUrl: raw.links.avatar.href,
          photos: [{ value: raw.links.avatar.href }],
          emails: [{ value: "john@example.com" }],
          _json: raw,
        },
      },
    });
  });

  test("an address that Bitbucket has not confirmed, or not named alone as the primary one, is not there", async () => {
    for (const addresses of [
      [{ ...address, isConfirmed: false }],
      [{ ...address, isPrimary: false }],
      [address, { email: "other@example.com", isPrimary: true, isConfirmed: true }],
      [],
    ]) {
      const profile = readProfile("bitbucket", raw, addresses);
      await ask(
        async (info, context) => {
          expect(info.profile).not.toHaveProperty("email");
          expect(info.result.fullProfile).not.toHaveProperty("emails");
          return context.signInWithCatalogUser({ entityRef: "john" });
        },
        catalogOf(byName),
        profile,
      );
    }
  });

  test.each(["accessToken", "refreshToken"])("that reads result.%s signs nobody in", async (name) => {
    const reading = ask(async ({ result }, context) => {
      const { [name as keyof typeof result]: token } = result; // as code without types reads it
      return context.signInWithCatalogUser({ entityRef: token === undefined ? "john" : "johnny" });
    });
    await expect(reading).rejects.toThrow(expect.objectContaining({ code: "backstage.no_token" }));
  });

  test("finds a user, and issues a token for them with the groups the catalog says, parents too", async () => {
    let ent: readonly string[] = [];
    const ref = await ask(async ({ profile }, { findCatalogUser, issueToken }) => {
      const { entity } = await findCatalogUser({ filter: { "spec.profile.email": profile.email ?? "" } });
      ent = getDefaultOwnershipEntityRefs(entity);
      return issueToken({ claims: { sub: stringifyEntityRef(entity), ent: [...ent] } });
    });
    expect([ref, ent]).toEqual(["user:default/john", owned]);
  });

  test("may sign in somebody the catalog does not have, who owns themselves", async () => {
    const sub = "user:visitors/jane";
    const issue = (ent?: string[]) =>
      ask((_info, context) => context.issueToken({ claims: { sub, ...(ent && { ent }) } }));
    expect(await issue()).toBe(sub);
    expect(await issue([sub])).toBe(sub);
    await expect(issue([sub, "group:default/admins"])).rejects.toThrow(
      expect.objectContaining({ code: "backstage.claims_unusable" }),
    );
  });

  test("may look elsewhere when nobody is found", async () => {
    const ref = await ask(
      async (info, context) =>
        bitbucketUsernameSignInResolver(info, context).catch((error: Error) => {
          if (error.name !== "NotFoundError") throw error;
          return bitbucketUserIdSignInResolver(info, context);
        }),
      catalogOf(byId),
    );
    expect(ref).toBe("user:default/johnny");
  });

  test("that throws signs nobody in, and neither does one that returns nothing", async () => {
    await expect(ask(() => Promise.reject(new Error("not of our domain")))).rejects.toThrow(
      "not of our domain",
    );
    const silent = async (_info: unknown, context: AuthResolverContext) => {
      context.issueToken({ claims: { sub: "user:default/john" } });
      context.findCatalogUser({ entityRef: "nobody" });
    };
    for (const returned of [undefined, null, {}, "user:default/john", { token: null }])
      expect(await ask((async () => returned) as unknown as Resolver)).toBeNull(); // as code without types may be
    expect(await ask(silent as unknown as Resolver)).toBeNull(); // the same
  });

  test("a token of another sign-in, or one made up, signs nobody in", async () => {
    let kept = { token: "" };
    await ask(async (_info, context) => {
      kept = await context.issueToken({ claims: { sub: "user:default/john" } });
      return kept;
    });
    for (const token of [kept.token, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyOmRlZmF1bHQvam9obiJ9.", ""])
      await expect(ask(async () => ({ token }))).rejects.toThrow(
        expect.objectContaining({ code: "backstage.foreign_token" }),
      );
  });

  test("a token for what is no whole reference of a user, or with other groups than the catalog says, is not issued", async () => {
    for (const claims of [
      undefined,
      {},
      { sub: "john" },
      { sub: "user:john" },
      { sub: "group:default/team-a" },
      { sub: "user:default/{7d3a178a}" },
      { sub: "user:default/john", ent: "user:default/john" },
      { sub: "user:default/john", ent: ["user:default/john"] },
      { sub: "user:default/john", ent: [...owned.slice(0, 2), "group:default/admins"] },
      { sub: "user:default/john", ent: [...owned, "group:default/admins"] },
      { sub: "user:default/john", ent: null },
    ])
      await expect(
        ask((_info, context) => context.issueToken({ claims } as Parameters<typeof context.issueToken>[0])), // as code without types may call it
      ).rejects.toThrow(expect.objectContaining({ code: "backstage.claims_unusable" }));
  });

  test("what it does to an entity changes nothing in the catalog", async () => {
    const catalog = catalogOf(byName);
    for (const _time of ["once", "and again"])
      await ask(async (_info, context) => {
        const { entity } = await context.findCatalogUser({
          filter: { "spec.profile.email": "john@example.com" },
        });
        Object.assign(entity.spec?.profile ?? {}, { email: "root@example.com" });
        if (entity.metadata.annotations) entity.metadata.annotations["bitbucket.org/username"] = "root";
        return context.signInWithCatalogUser({ entityRef: "john" });
      }, catalog);
    expect(catalog.user("user:default/john")?.entity).toEqual(byName);
  });
});

describe("an authHandler", () => {
  const resolver: Resolver = ({ profile }, context) =>
    context.signInWithCatalogUser({ filter: { "spec.profile.email": profile.email ?? "" } });

  const handle = (authHandler: AuthHandler<BitbucketOAuthResult>) =>
    askResolver({ authHandler, resolver }, john, catalogOf(byName, byId));

  test("makes the profile the resolver is told", async () => {
    const ref = await handle(async ({ fullProfile }) => ({
      profile: { email: fullProfile.emails?.[0]?.value, displayName: `${fullProfile.username}` },
    }));
    expect(ref).toBe("user:default/john");
  });

  test("that throws or returns nothing signs nobody in", async () => {
    await expect(handle(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await handle((async () => undefined) as never)).toBeNull(); // as code without types may be
  });
});
