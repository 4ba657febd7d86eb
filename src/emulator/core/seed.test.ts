import { expect, test } from "vitest";
import { defaultSeed } from "./default-seed.ts";
import { EmulatorFailure } from "./errors.ts";
import { plantWorld } from "./plant.ts";
import { readSeed, seedRules } from "./seed.ts";
import { workspacesOf } from "./world.ts";

function problemsOf(seed: unknown): readonly string[] {
  try {
    readSeed(seed);
    return [];
  } catch (error) {
    if (error instanceof EmulatorFailure) return error.problems;
    throw error;
  }
}

test("the default seed is a good one, with one person of each kind", () => {
  const { people, workspaces, oauth, ...world } = plantWorld(
    readSeed(defaultSeed("http://localhost/", null)),
  );
  const primary = (name: string) =>
    people.find(({ displayName }) => displayName === name)?.emails.find(({ isPrimary }) => isPrimary);
  expect(primary("John Doe")).toEqual({ address: "user@example.com", isPrimary: true, isConfirmed: true });
  expect(primary("Uma Unconfirmed")?.isConfirmed).toBe(false);
  expect(primary("Nora Nomail")).toBeUndefined();
  expect(people.filter(({ username }) => username === null)).toHaveLength(1);
  const counts = people.map(({ uuid }) => workspacesOf({ people, workspaces, oauth, ...world }, uuid).length);
  expect(new Set(counts)).toEqual(new Set([0, 1, 2]));
});

test("ids are the same at every start, keys and secrets are not", () => {
  const [one, two] = [
    plantWorld(defaultSeed("http://localhost/", null)),
    plantWorld(defaultSeed("http://localhost/", null)),
  ];
  expect(one.people.map(({ uuid }) => uuid)).toEqual(two.people.map(({ uuid }) => uuid));
  expect([...one.oauth.consumers.keys()]).not.toEqual([...two.oauth.consumers.keys()]);
});

test("every mistake is named at once, with its path", () => {
  expect(
    problemsOf({
      people: [
        { username: "a b", displayName: "A" },
        { displayName: "nameless" },
        {
          username: "c",
          displayName: "C",
          emails: [
            { address: "x", primary: true },
            { address: "y", primary: true },
          ],
        },
        { username: "c", displayName: "again" },
      ],
      workspaces: [{ slug: "Upper" }, { slug: "w", members: [{ person: "nobody" }] }],
      consumers: [
        { workspace: "w", name: "n", callbackUrl: "nope#", scopes: ["acount"] },
        { workspace: "gone", callbackUrl: "", scopes: [] },
      ],
      repositories: [{ path: "/r", workspace: "gone" }],
      rules: { pkceChecked: "perhaps", unheardOf: 1 },
      extra: 1,
    }),
  ).toEqual([
    expect.stringContaining("people[0].username: must be letters"),
    expect.stringContaining("people[1]: needs a username or a nickname"),
    expect.stringContaining("workspaces[0].slug: must be a slug"),
    expect.stringContaining("consumers[0].callbackUrl: must be an absolute URL"),
    "consumers[0].callbackUrl: must have no #fragment",
    expect.stringContaining('consumers[0].scopes[0]: "acount" is no scope'),
    expect.stringContaining("consumers[1].name:"),
    expect.stringContaining("rules.pkceChecked: The rule pkceChecked takes a boolean"),
    expect.stringContaining('rules.unheardOf: There is no rule "unheardOf"'),
    expect.stringContaining('Unrecognized key: "extra"'),
    'people[3]: the name "c" is taken by people[2]',
    "people[2].emails: only one address can be primary",
    'workspaces[1].members[0].person: there is no person "nobody"',
    'consumers[1].workspace: there is no workspace "gone"',
    'repositories[0].workspace: there is no workspace "gone"',
  ]);
});

test("what is no object at all is one mistake", () => {
  for (const nonsense of [null, 3, "seed", []]) expect(problemsOf(nonsense)).toHaveLength(1);
});

test("rules of a seed are read by their types", () => {
  expect(
    seedRules(readSeed({ rules: { pkceChecked: true, tokenLength: 3000, scopeField: "both" } })),
  ).toEqual({ pkceChecked: true, tokenLength: 3000, scopeField: "both" });
});
