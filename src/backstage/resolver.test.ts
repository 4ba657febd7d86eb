import { describe, expect, test } from "vitest";
import { readProfile } from "../bitbucket/profile/profile.ts";
import type { AuthResolverContext, UserEntities } from "./context.ts";
import { type Entity, getDefaultOwnershipEntityRefs, stringifyEntityRef } from "./entity.ts";
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

function entity(name: string, annotations: Record<string, string>): Entity {
  return {
    apiVersion: "backstage.io/v1alpha1",
    kind: "User",
    metadata: { name, namespace: "default", annotations },
    spec: { profile: { email: `${name}@example.com` } },
    relations: [{ type: "memberOf", targetRef: "group:default/team-a" }],
  };
}

function usersOf(...entities: readonly Entity[]): UserEntities {
  return {
    byRef: (ref) => entities.find((each) => stringifyEntityRef(each) === ref),
    all: () => entities,
  };
}

const byName = entity("john", { "bitbucket.org/username": "johndoe" });
const byId = entity("johnny", { "bitbucket.org/user-id": uuid });

type Resolver = SignInResolver<BitbucketOAuthResult>;
const ask = (resolver: Resolver, users = usersOf(byName, byId), profile = john) =>
  askResolver({ resolver }, profile, users);

describe("the two that come along", () => {
  test("find the user by user name, and by id with or without braces", async () => {
    const groups = ["group:default/team-a"];
    expect(await ask(bitbucketUsernameSignInResolver)).toEqual({
      sub: "user:default/john",
      ent: ["user:default/john", ...groups],
    });
    expect((await ask(bitbucketUserIdSignInResolver))?.sub).toBe("user:default/johnny");
  });

  test("sign nobody in whom the catalog lacks, nobody without a user name, and nobody on a guess", async () => {
    expect(await ask(bitbucketUsernameSignInResolver, usersOf(byId))).toBeNull();
    const nameless = readProfile("bitbucket", { uuid: raw.uuid }, []);
    expect(await ask(bitbucketUsernameSignInResolver, usersOf(byName), nameless)).toBeNull();
    const twins = usersOf(byName, entity("jane", { "bitbucket.org/username": "johndoe" }));
    await expect(ask(bitbucketUsernameSignInResolver, twins)).rejects.toThrow(
      expect.objectContaining({ name: "ConflictError" }),
    );
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
        usersOf(byName),
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

  test("finds a user, and issues a token with the groups it chose", async () => {
    const claims = await ask(async ({ profile }, { findCatalogUser, issueToken }) => {
      const { entity } = await findCatalogUser({ filter: { "spec.profile.email": profile.email ?? "" } });
      const ent = getDefaultOwnershipEntityRefs(entity);
      return issueToken({
        claims: { sub: stringifyEntityRef(entity), ent: [...ent, "Group:default/Guests"] },
      });
    });
    expect(claims).toEqual({
      sub: "user:default/john",
      ent: ["user:default/john", "group:default/team-a", "group:default/guests"],
    });
  });

  test("may look elsewhere when nobody is found", async () => {
    const claims = await ask(
      async (info, context) =>
        bitbucketUsernameSignInResolver(info, context).catch((error: Error) => {
          if (error.name !== "NotFoundError") throw error;
          return bitbucketUserIdSignInResolver(info, context);
        }),
      usersOf(byId),
    );
    expect(claims?.sub).toBe("user:default/johnny");
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

  test("a token for what is no whole reference of a user is not issued", async () => {
    for (const claims of [
      undefined,
      {},
      { sub: "john" },
      { sub: "user:john" },
      { sub: "group:default/team-a" },
      { sub: "user:default/{7d3a178a}" },
      { sub: "user:default/john", ent: "user:default/john" },
      { sub: "user:default/john", ent: ["team-a"] },
    ])
      await expect(
        ask((_info, context) => context.issueToken({ claims } as Parameters<typeof context.issueToken>[0])), // as code without types may call it
      ).rejects.toThrow(expect.objectContaining({ code: "backstage.claims_unusable" }));
  });

  test("what it does to an entity changes nothing in the catalog", async () => {
    const users = usersOf(byName);
    await ask(async (_info, context) => {
      const { entity } = await context.findCatalogUser({ entityRef: "john" });
      entity.metadata.name = "root";
      return context.signInWithCatalogUser({ entityRef: "john" });
    }, users);
    expect(byName.metadata.name).toBe("john");
  });
});

describe("an authHandler", () => {
  const resolver: Resolver = ({ profile }, context) =>
    context.signInWithCatalogUser({ filter: { "spec.profile.email": profile.email ?? "" } });

  const handle = (authHandler: AuthHandler<BitbucketOAuthResult>) =>
    askResolver({ authHandler, resolver }, john, usersOf(byName, byId));

  test("makes the profile the resolver is told", async () => {
    const claims = await handle(async ({ fullProfile }) => ({
      profile: { email: fullProfile.emails?.[0]?.value, displayName: `${fullProfile.username}` },
    }));
    expect(claims?.sub).toBe("user:default/john");
  });

  test("that throws or returns nothing signs nobody in", async () => {
    await expect(handle(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await handle((async () => undefined) as never)).toBeNull(); // as code without types may be
  });
});
