/** Owns our instance of an emulator's Data Center or Server, and clients of it. */
import { openDoor } from "../../src/base/http/door.ts";
import { Secret } from "../../src/base/secret.ts";
import { type Authorize, basic, bearer } from "../../src/bitbucket/api/authorize.ts";
import { type Api, createApi } from "../../src/bitbucket/api/client.ts";
import type { DataCenterInstance } from "../../src/bitbucket/instance.ts";
import { dataCenterInstance } from "../../src/bitbucket/self-hosted.ts";
import type { EmulatedDataCenter } from "../../src/emulator/data-center/instance.ts";
import type { Emulator } from "../../src/emulator/emulator.ts";

export const fetch = openDoor();
export const redirectUri = "http://localhost:8000/auth/bitbucket/callback";

/** The Data Center of an emulator that has one. */
export function dataCenterOf({ dataCenter }: Emulator): EmulatedDataCenter {
  if (dataCenter === null) throw new Error("the emulator has no Data Center");
  return dataCenter;
}

/** As the operator sets it up with the seeded incoming link. */
export function instanceOf(
  emulator: Emulator,
  change: Partial<Parameters<typeof dataCenterInstance>[0]> = {},
): DataCenterInstance {
  const { url, clients } = dataCenterOf(emulator);
  const [link] = clients;
  return dataCenterInstance({
    baseUrl: url,
    clientId: link?.clientId,
    clientSecret: link?.clientSecret,
    ...change,
  });
}

/** Name and password of one of its people. */
export function asPerson(emulator: Emulator, name: string): Authorize {
  const person = dataCenterOf(emulator).people.find((each) => each.name === name);
  if (person === undefined) throw new Error(`there is no ${name}`);
  return basic(person.name, new Secret(person.password));
}

/** The seeded HTTP access token of John Doe. */
export function asTokenHolder(emulator: Emulator): Authorize {
  return bearer(dataCenterOf(emulator).tokens[0]?.token ?? "");
}

export function apiOf(emulator: Emulator, authorize: Authorize, instance = instanceOf(emulator)): Api {
  return createApi({ instance, fetch, authorize, clock: emulator.clock });
}
