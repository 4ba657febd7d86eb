import { describe, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { frozenClock } from "../../tests/frozen-clock.ts";
import { type KeyStore, newDataKey, openKeyrings, reseal, type WrappedKey } from "./keyrings.ts";
import { guardWrapper, type KeyWrapper, localWrapper } from "./wrapper.ts";

const place = { connection: "con_1", field: "access" };
const local = (fill: number) => localWrapper({ id: `kek-${fill}`, key: new Uint8Array(32).fill(fill) });

/** A store in memory, and keyrings of as many processes over it as are wanted. */
function openStore() {
  const clock = frozenClock();
  const stored: WrappedKey[] = [];
  const givenUp = new Set<string>();
  let reads = 0;
  const store: KeyStore = {
    async list(owner) {
      reads += 1;
      return stored.filter((key) => key.owner === owner);
    },
    add: async (key) => void stored.push(key),
    isGivenUp: async (id) => givenUp.has(id),
  };
  const process = (...wrappers: KeyWrapper[]) => openKeyrings({ store, wrappers: () => wrappers, clock });
  /** As a rotation does it. */
  const replace = async (owner: string, wrapper: KeyWrapper) => {
    const { stored: next } = await newDataKey(wrapper, owner, clock.now());
    for (const [at, key] of stored.entries())
      if (key.owner === owner) stored[at] = { ...key, replacedAt: clock.now() };
    stored.push(next);
    return next;
  };
  return { clock, stored, givenUp, process, replace, reads: () => reads };
}

/** A key management service: slow, and away while it is told to be. */
function remoteService() {
  const behind = local(7);
  const service = { id: "kms/key-1", isAway: false, calls: 0, failsEach: 0 };
  const answer = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    service.calls += 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (service.isAway || (service.failsEach > 0 && service.calls % service.failsEach === 0))
      throw new Error("connect ETIMEDOUT 10.0.0.1");
    return work();
  };
  const wrapper = guardWrapper({
    id: service.id,
    wrap: (context, key) => answer(() => behind.wrap(context, key)),
    unwrap: (context, wrapped) => answer(() => behind.unwrap(context, wrapped)),
  });
  return { service, wrapper };
}

describe("keyrings", () => {
  test("give each project a key of its own, and the house another", async () => {
    const { process, stored } = openStore();
    const keyrings = process(local(1));
    const sealed = await (await keyrings.of("prj_1")).seal(place, "secret");
    expect(await (await keyrings.of("prj_1")).open(place, sealed)).toBe("secret");
    for (const other of ["prj_2", null]) {
      const failure = await failureOf((await keyrings.of(other)).open(place, sealed));
      expect(failure.code).toBe("sealing.unknown_key");
    }
    expect(stored.map(({ owner }) => owner)).toEqual(["prj_1", "prj_2", null]);
  });

  test("of two processes that make a project's first key at once both go on", async () => {
    const { process } = openStore();
    const [left, right] = [process(local(1)), process(local(1))];
    const [one, other] = await Promise.all([left.of("prj_1"), right.of("prj_1")]);
    const [fromLeft, fromRight] = [await one.seal(place, "left"), await other.seal(place, "right")];
    expect(await other.open(place, fromLeft)).toBe("left");
    expect(await one.open(place, fromRight)).toBe("right");
    expect(await (await process(local(1)).of("prj_1")).open(place, fromLeft)).toBe("left");
  });

  test("are read once for many callers, and again after ten minutes or when told", async () => {
    const { process, clock, replace, reads } = openStore();
    const keyrings = process(local(1));
    await Promise.all(Array.from({ length: 50 }, () => keyrings.of("prj_1")));
    expect(reads()).toBe(1);
    const before = (await keyrings.of("prj_1")).keyId;
    clock.advance(1);
    const next = await replace("prj_1", local(1));
    clock.advance(598);
    expect((await keyrings.of("prj_1")).keyId).toBe(before);
    clock.advance(1);
    expect((await keyrings.of("prj_1")).keyId).toBe(next.id);
    const last = await replace("prj_1", local(1));
    keyrings.forget("prj_1");
    expect((await keyrings.of("prj_1")).keyId).toBe(last.id);
    clock.advance(-3600);
    expect(reads()).toBe(3);
    await keyrings.of("prj_1");
    expect(reads()).toBe(4);
  });

  test("open what another process sealed with a key that was made after they were read", async () => {
    const { process, clock, replace } = openStore();
    const [left, right] = [process(local(1)), process(local(1))];
    const held = await left.of("prj_1");
    const old = await held.seal(place, "old");
    clock.advance(1);
    await replace("prj_1", local(1));
    const sealed = await (await right.of("prj_1")).seal(place, "new");
    expect(await held.open(place, sealed)).toBe("new");
    expect(await (await left.of("prj_1")).open(place, old)).toBe("old");
    const anew = await reseal(await left.of("prj_1"), place, old);
    expect(await (await right.of("prj_1")).open(place, anew)).toBe("old");
  });

  test("do not open with a data key that was moved to another project, or wrapped anew by somebody else", async () => {
    const { process, stored } = openStore();
    const sealed = await (await process(local(1)).of("prj_1")).seal(place, "secret");
    const [key] = stored;
    if (key === undefined) throw new Error("a key was made");
    stored.splice(0, 1, { ...key, owner: "prj_2" });
    expect((await failureOf(process(local(1)).of("prj_2"))).code).toBe("sealing.does_not_open");
    stored.splice(0, 1, { ...key, wrapped: sealed });
    expect((await failureOf(process(local(1)).of("prj_1"))).code).toBe("sealing.does_not_open");
    expect(stored).toHaveLength(1);
  });
});

describe("a lost key", () => {
  test("fails for what it sealed, by name; a new data key seals what comes", async () => {
    const { process, givenUp, stored } = openStore();
    const sealed = await (await process(local(1)).of("prj_1")).seal(place, "secret");
    const after = process(local(2));
    const missing = await failureOf((await after.of("prj_1")).open(place, sealed));
    expect(missing).toMatchObject({ code: "sealing.unknown_key" });
    expect(missing.detail).toContain("kek-1");
    givenUp.add("kek-1");
    const lost = await failureOf((await after.of("prj_1")).open(place, sealed));
    expect(lost).toMatchObject({ code: "sealing.key_lost", reaction: "stale" });
    const anew = await (await after.of("prj_1")).seal(place, "anew");
    expect(await (await after.of("prj_1")).open(place, anew)).toBe("anew");
    expect(stored.map(({ wrapperId }) => wrapperId)).toEqual(["kek-1", "kek-2"]);
    const found = process(local(2), local(1));
    expect(await (await found.of("prj_1")).open(place, sealed)).toBe("secret");
  });
});

describe("a key management service", () => {
  test("that is slow is asked once for each data key, however many wait", async () => {
    const { process, clock } = openStore();
    const { service, wrapper } = remoteService();
    await process(wrapper).of("prj_1");
    service.calls = 0;
    const keyrings = process(wrapper);
    await Promise.all(Array.from({ length: 100 }, () => keyrings.of("prj_1")));
    expect(service.calls).toBe(1);
    clock.advance(3600);
    await keyrings.of("prj_1");
    expect(service.calls).toBe(1);
  });

  test("that is away is no lost key: no other is made, and it works again at once when it is back", async () => {
    const { process, stored, clock } = openStore();
    const { service, wrapper } = remoteService();
    const before = process(wrapper);
    const sealed = await (await before.of("prj_1")).seal(place, "secret");
    service.isAway = true;
    const keyrings = process(wrapper, local(1));
    const failure = await failureOf(keyrings.of("prj_1"));
    expect(failure).toMatchObject({ code: "sealing.key_service_failed", reaction: "unreachable" });
    expect(failure.retryAfterSeconds).toBeGreaterThan(0);
    expect(stored).toHaveLength(1);
    clock.advance(3600);
    expect(await (await before.of("prj_1")).open(place, sealed)).toBe("secret");
    service.isAway = false;
    expect(await (await keyrings.of("prj_1")).open(place, sealed)).toBe("secret");
  });

  test("that fails each third time loses nothing", async () => {
    const { process, stored } = openStore();
    const { service, wrapper } = remoteService();
    service.failsEach = 3;
    const sealed = new Map<string, string>();
    for (let attempt = 0; attempt < 20; attempt++) {
      const owner = `prj_${attempt % 5}`;
      const keyrings = process(wrapper);
      try {
        const keyring = await keyrings.of(owner);
        const known = sealed.get(owner);
        if (known !== undefined) expect(await keyring.open(place, known)).toBe(owner);
        sealed.set(owner, await keyring.seal(place, owner));
      } catch (error) {
        expect(error).toMatchObject({ code: "sealing.key_service_failed" });
      }
    }
    expect(sealed.size).toBe(5);
    expect(stored).toHaveLength(5);
  });
});
