/** Owns a plain client for a Data Center: nothing of ours, only fetch with a password, as somebody would write it by hand. */
import type { EmulatedDataCenter } from "../../src/emulator/data-center/instance.ts";
import type { Emulator } from "../../src/emulator/emulator.ts";

/** The Data Center of an emulator that has one. */
export function dataCenterOf(emulator: Emulator): EmulatedDataCenter {
  if (emulator.dataCenter === null) throw new Error("the emulator has no Data Center");
  return emulator.dataCenter;
}

/** The Basic header of one of its people. */
export function passwordOf(place: EmulatedDataCenter, name: string): string {
  const person = place.people.find((each) => each.name === name);
  if (person === undefined) throw new Error(`there is no ${name}`);
  return `Basic ${Buffer.from(`${person.name}:${person.password}`, "utf8").toString("base64")}`;
}

export type Call = (path: string, init?: RequestInit) => Promise<Response>;

/** Calls below the base URL as a person, or as nobody. Redirects are not followed. */
export function callerAt(place: EmulatedDataCenter, name: string | null): Call {
  return (path, init = {}) =>
    fetch(`${place.url}${path}`, {
      redirect: "manual",
      ...init,
      headers: { ...(name === null ? {} : { authorization: passwordOf(place, name) }), ...init.headers },
    });
}

/** JSON of a call that answered 200; which keys it has depends on its resource, and the tests find out. */
// biome-ignore lint/suspicious/noExplicitAny: the tests compare what a stranger's JSON holds
export async function bodyOf(answer: Response | Promise<Response>): Promise<any> {
  const { status, text } = { status: (await answer).status, text: await (await answer).text() };
  if (status !== 200) throw new Error(`answered ${status}: ${text}`);
  return JSON.parse(text);
}

/** Status, last word of the exception, and its message. */
export async function refusalOf(
  answer: Response | Promise<Response>,
): Promise<readonly [number, string | undefined, string | undefined]> {
  const { errors } = (await (await answer).json()) as {
    errors: { exceptionName: string; message: string; context: string | null }[];
  };
  return [(await answer).status, errors[0]?.exceptionName.split(".").at(-1), errors[0]?.message];
}
