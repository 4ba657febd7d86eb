/** Owns looking up instances in a test as the app does: by id, and a failure for one that is not there. */
import type { FindInstance, Instance } from "../src/bitbucket/instance.ts";
import { instanceErrors } from "../src/instances/errors.ts";

/** Asked at each look-up, so that a test may change what is there. */
export function findAmong(instances: () => Iterable<Instance>): FindInstance {
  return async (id) => {
    const instance = [...instances()].find((each) => each.id === id);
    if (instance === undefined) throw instanceErrors.fail("instances.unknown", { detail: id });
    return instance;
  };
}

/** Where tests let people come back. */
export function redirectUriAt(baseUrl: string): (instance: Instance) => string {
  return ({ id }) => `${baseUrl}/auth/${id}/callback`;
}

/** A call that only wants a header. */
export const anyCall = { method: "GET", url: new URL("https://api.example.com/2.0/user") };
