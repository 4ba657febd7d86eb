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

export interface PathObject {
  readonly toString: string;
}
export interface ChangeObject {
  readonly type: string;
  readonly path: PathObject;
  readonly srcPath?: PathObject;
  readonly nodeType: string;
  readonly percentUnchanged: number;
  readonly properties: { readonly gitChangeType: string };
}
export interface DiffObject {
  readonly source: PathObject | null;
  readonly destination: PathObject | null;
  readonly binary?: boolean;
  readonly truncated: boolean;
  readonly hunks?: readonly HunkObject[];
}
export interface HunkObject {
  readonly sourceLine: number;
  readonly sourceSpan: number;
  readonly destinationSpan: number;
  readonly truncated: boolean;
  readonly segments: readonly {
    readonly type: string;
    readonly truncated: boolean;
    readonly lines: readonly {
      readonly line: string;
      readonly source: number;
      readonly destination: number;
    }[];
  }[];
}

/** One value of a page. */
export interface DcValue extends ChangeObject {
  readonly id: string;
  readonly key: string;
  readonly slug: string;
  readonly name: string;
}

/** The keys the tests read; which of them an answer has depends on its resource, and the tests find out. */
export interface DcAnswer {
  readonly id: number | string;
  readonly name: string;
  readonly active: boolean;
  readonly type: string;
  readonly avatarUrl: string;
  readonly version: string;
  readonly token: string;
  readonly buildNumber: string;
  readonly owner: object;
  readonly links: { readonly self: readonly [{ readonly href: string }] };
  readonly latestCommit: string;
  readonly displayId: string;
  readonly authorTimestamp: number;
  readonly size: number;
  readonly limit: number;
  readonly start: number;
  readonly isLastPage: boolean;
  readonly nextPageStart: number | null;
  readonly values: readonly DcValue[];
  readonly fromHash: string | null;
  readonly toHash: string;
  readonly diffs: readonly DiffObject[];
  readonly truncated: boolean;
  readonly whitespace: string;
  readonly lines: readonly object[];
  readonly binary: boolean;
  readonly path: object;
  readonly children: { readonly values: readonly { readonly path: { readonly toString: string } }[] };
}

/** JSON of a call that answered 200. */
export async function bodyOf(answer: Response | Promise<Response>): Promise<DcAnswer> {
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
