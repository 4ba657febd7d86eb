import { afterEach, beforeEach, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { openVaultRig, type VaultRig } from "../../tests/vault/rig.ts";
import type { Fetch } from "../base/http/door.ts";

let rig: VaultRig;

beforeEach(async () => {
  rig = await openVaultRig();
});
afterEach(() => rig.close());

test("an answer whose body never ends is waited for no longer than the lease, whatever the door", async () => {
  const endless: Fetch = async (_url, init) => ({
    status: 200,
    statusText: "OK",
    headers: new Headers({ "content-type": "application/json" }),
    text: () =>
      new Promise((_, reject) =>
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason), { once: true }),
      ),
    json: () => Promise.reject(new Error("nobody asks for it")),
  });
  const vault = rig.anotherVault(undefined, { fetch: endless, leaseSeconds: 0.6 });
  rig.clock.advance(7200);
  expect((await failureOf(rig.call(undefined, vault))).code).toBe("http.timeout");
  rig.clock.advance(60);
  expect(await rig.call()).toBe("Bearer access-1");
});
