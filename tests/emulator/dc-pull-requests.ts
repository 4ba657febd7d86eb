/** Owns a Data Center with one repository whose branches wait to be merged, and plain calls about pull requests. */
import type { DcRules } from "../../src/emulator/data-center/rules.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { type Call, callerAt, dataCenterOf } from "./data-center.ts";
import { widgets } from "./merge-history.ts";

export const place = "/rest/api/latest/projects/ACME/repos/widgets";
export const all = `${place}/pull-requests`;

export interface Workshop {
  readonly emulator: Emulator;
  readonly john: Call;
  readonly jane: Call;
  /** Opens one from a branch to main, or answers what was refused. */
  open(from: string, more?: object, by?: Call): Promise<Response>;
}

export async function workshop(rules: Partial<DcRules> = {}, version = "9.4.2"): Promise<Workshop> {
  const emulator = await createEmulator({
    server: false,
    dataCenter: { version },
    dataCenterRules: rules,
    repositories: [widgets],
  });
  const john = callerAt(dataCenterOf(emulator), "johndoe");
  const jane = callerAt(dataCenterOf(emulator), "jane.doe@example.com");
  const open = (from: string, more: object = {}, by: Call = john) =>
    send(by, "POST", all, {
      title: `Take ${from}`,
      fromRef: { id: `refs/heads/${from}` },
      toRef: { id: "refs/heads/main" },
      ...more,
    });
  return { emulator, john, jane, open };
}

/** A call with a JSON body. */
export function send(call: Call, method: string, path: string, body: unknown): Promise<Response> {
  return call(path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

interface Person {
  readonly name: string;
}
interface Part {
  readonly user: Person;
  readonly role: string;
  readonly status: string;
  readonly approved: boolean;
  readonly lastReviewedCommit?: string;
}

/** The keys the tests read. */
export interface PullRequestAnswer {
  readonly id: number;
  readonly version: number;
  readonly title: string;
  readonly description?: string;
  readonly state: string;
  readonly open: boolean;
  readonly closed: boolean;
  readonly draft: boolean;
  readonly closedDate?: number;
  readonly author: Part;
  readonly reviewers: readonly Part[];
  readonly participants: readonly Part[];
  readonly fromRef: { readonly latestCommit: string; readonly id: string };
  readonly toRef: { readonly latestCommit: string; readonly id: string };
  readonly links: { readonly self: readonly { readonly href: string }[] };
  readonly properties?: { readonly mergeCommit?: { readonly id: string } };
  readonly values: readonly (PullRequestAnswer & Record<string, unknown>)[];
}

/** JSON, whatever the status. */
export async function told(answer: Response | Promise<Response>): Promise<PullRequestAnswer> {
  return (await (await answer).json()) as PullRequestAnswer; // the tests compare what they read
}

/** The first error with all it says, and the status. */
export async function refused(answer: Response | Promise<Response>) {
  const { status, body } = { status: (await answer).status, body: await (await answer).text() };
  const { errors } = JSON.parse(body) as { errors: Record<string, unknown>[] }; // an errors body always
  const [error = {}] = errors;
  return { status, ...error, exceptionName: String(error.exceptionName).split(".").at(-1) };
}
