import { expect, test } from "vitest";
import { rememberWorld } from "./replant.ts";

test("a world is given back as it was, as often as it is asked for", () => {
  const john = { name: "John", since: new Date(5), tags: new Set(["a"]) };
  const world = { people: [john], byName: new Map([["john", john]]), none: null as string | null };
  const replant = rememberWorld(world);
  for (const _ of [1, 2]) {
    world.people.push({ name: "Jane", since: new Date(6), tags: new Set() });
    world.byName.get("john")?.tags.add("b");
    world.none = "some";
    replant();
    expect(world.people).toEqual([{ name: "John", since: new Date(5), tags: new Set(["a"]) }]);
    expect(world.none).toBeNull();
    // What was one thing in two places is one again.
    expect(world.byName.get("john")).toBe(world.people[0]);
    expect(world.people[0]).not.toBe(john);
  }
});

test("what is made when somebody looks is made once, and not by remembering", () => {
  let made = 0;
  let key: string | undefined;
  const world = {
    link: {
      get key() {
        key ??= `key ${++made}`;
        return key;
      },
    },
  };
  const replant = rememberWorld(world);
  replant();
  expect(made).toBe(0);
  expect(world.link.key).toBe("key 1");
  replant();
  expect(world.link.key).toBe("key 1");
});
