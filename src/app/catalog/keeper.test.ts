import { expect, test } from "vitest";
import { failureOf } from "../../../tests/failure.ts";
import { frozenClock } from "../../../tests/frozen-clock.ts";
import { watchedClock } from "../../../tests/watched-clock.ts";
import { type CatalogKeeper, keepCatalog } from "./keeper.ts";
import type { CatalogSource, SourceContents } from "./source.ts";

const contents = (...names: readonly string[]): SourceContents => ({
  users: names.map((name) => ({ ref: `user:default/${name}`, annotations: {}, place: name })),
  groups: [],
  warnings: [],
});

/** An address that answers what `now` says. */
function address(name: string) {
  const state = { asked: 0, now: contents() as SourceContents | Error };
  const source: CatalogSource = {
    name,
    isNear: false,
    refreshSeconds: () => 300,
    async read() {
      state.asked += 1;
      if (state.now instanceof Error) throw state.now;
      return state.now;
    },
  };
  return { state, source };
}

function open(sources: readonly CatalogSource[], clock = frozenClock()) {
  const logged: string[] = [];
  const log = (event: string, facts?: object) => void logged.push(`${event} ${JSON.stringify(facts)}`);
  const keeper = keepCatalog(sources, { clock, log: { info: log, warn: log } });
  return { keeper, clock, logged };
}

const names = async (keeper: CatalogKeeper) => [...(await keeper.read()).users()].map(({ place }) => place);

/** What is read beside a sign-in has been read. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("an address is asked once in its time, and what it says then counts from the next sign-in on", async () => {
  const { state, source } = address("https://backstage.example");
  const { keeper, clock } = open([source]);
  state.now = contents("ann");
  expect(await names(keeper)).toEqual(["ann"]);
  state.now = contents("bob");
  clock.advance(299);
  expect(await names(keeper)).toEqual(["ann"]);
  expect(state.asked).toBe(1);
  clock.advance(1);
  await keeper.read(); // waits for nothing that is known
  await settled();
  expect(await names(keeper)).toEqual(["bob"]);
  expect(state.asked).toBe(2);
});

test("a source that fails keeps what it said last, and says so once it fails and once it is well", async () => {
  const { state, source } = address("https://backstage.example");
  const { keeper, clock, logged } = open([source]);
  state.now = contents("ann");
  await keeper.read();
  state.now = new Error("it answered 503");
  clock.advance(300);
  await keeper.read();
  await settled();
  expect(await names(keeper)).toEqual(["ann"]);
  expect(keeper.failing()).toEqual([
    { name: source.name, since: clock.now(), reason: "it answered 503", isKnown: true },
  ]);
  expect(logged.join("\n")).toContain("catalog.source_failed");
  state.now = contents("bob");
  clock.advance(30);
  await keeper.read();
  await settled();
  expect(await names(keeper)).toEqual(["bob"]);
  expect(keeper.failing()).toEqual([]);
  expect(logged.at(-1)).toContain("catalog.source_read");
});

test("while one has never been read nobody is found, not even whom another one has; it is not asked at each sign-in", async () => {
  const [well, ill] = [address("a"), address("b")];
  well.state.now = contents("ann");
  ill.state.now = new Error("it answered 401");
  const { keeper, clock } = open([well.source, ill.source]);
  for (let times = 0; times < 3; times += 1) {
    const failure = await failureOf(keeper.read());
    expect(failure.code).toBe("signin.catalog_unread");
    expect(failure.detail).toBe("b: it answered 401");
    expect(failure.message + failure.cure).not.toContain("401");
  }
  expect(ill.state.asked).toBe(1);
  ill.state.now = contents("bob");
  clock.advance(30);
  expect(await names(keeper)).toEqual(["ann", "bob"]);
});

test("people who sign in at once ask once", async () => {
  const { state, source } = address("a");
  const { keeper } = open([source]);
  state.now = contents("ann");
  const all = await Promise.all(Array.from({ length: 20 }, () => keeper.read()));
  expect(state.asked).toBe(1);
  expect(new Set(all).size).toBe(1);
});

test("it looks by itself while nobody signs in, until it is closed", async () => {
  const { state, source } = address("a");
  const clock = watchedClock();
  const { keeper } = open([source], clock);
  keeper.watch();
  await clock.asleep(1);
  state.now = contents("ann");
  clock.advance(5);
  await clock.asleep(2);
  expect(state.asked).toBe(1);
  state.now = contents("bob");
  clock.advance(300);
  await clock.asleep(3);
  expect(await names(keeper)).toEqual(["bob"]);
  await keeper.close();
  expect(clock.sleeps).toHaveLength(3);
});

test("the earlier of two sources counts where both have an entity, and that is told", async () => {
  const [one, other] = [address("a"), address("b")];
  one.state.now = contents("ann");
  other.state.now = contents("ann", "bob");
  const { keeper, logged } = open([one.source, other.source]);
  expect(await names(keeper)).toEqual(["ann", "bob"]);
  expect(logged).toEqual([expect.stringContaining("user:default/ann stands in ann already")]);
});
