/** Owns what the cases of group D need of a session: its cookie, its forms, a second browser with the same cookie. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { people } from "../people.ts";
import type { Place } from "../place.ts";
import type { Seen, Visitor } from "../visitor.ts";

/** Somebody signed in, with the cookies that the sign-in's end has set. */
export async function signedIn(
  place: Place,
  person: keyof typeof people = "victim",
): Promise<{ readonly visitor: Visitor; readonly name: string; readonly value: string }> {
  const visitor = place.visitor();
  const seen = await visitor.signIn(place.instance, person);
  const fresh = seen.setCookies.map((line) => /^([^=]+)=([^;]+)/.exec(line));
  for (const [, name = "", value = ""] of fresh.filter((each) => each !== null)) {
    const alone = await place.visitor().ask(place.routes.session, { cookie: `${name}=${value}` });
    if (alone.status === 200 && alone.text.includes(people[person].displayName))
      return { visitor, name, value };
  }
  return { visitor, name: "", value: cookieHeader(visitor) };
}

/** All a visitor's cookies, as they are sent. */
export function cookieHeader({ cookies }: Visitor): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
}

/** Who a browser with these cookies is. */
export async function whoHas(place: Place, cookie: string): Promise<string | null> {
  const { status, text } = await place.visitor().ask(place.routes.session, { cookie });
  if (status !== 200) return null;
  return Object.values(people).find(({ displayName }) => text.includes(displayName))?.name ?? null;
}

/** Asks with the cookies until nobody has them; throws when somebody still has after so many milliseconds. */
export async function claimDeadWithin(place: Place, cookie: string, milliseconds: number): Promise<void> {
  const last = performance.now() + milliseconds;
  for (;;) {
    const begun = performance.now();
    if ((await whoHas(place, cookie)) === null) return;
    assert.ok(begun < last, `the copied cookie still opens a session after ${milliseconds} ms`);
    await sleep(50);
  }
}

/** What a script of the visitor's sends along; empty for who is not signed in. */
export async function csrfOf(place: Place, visitor: Visitor): Promise<string> {
  const { text } = await visitor.ask(place.routes.session);
  return /"csrf":"([^"]+)"/.exec(text)?.[1] ?? "";
}

/** A form or script of the visitor's own. */
export async function post(place: Place, visitor: Visitor, path: string, fields = {}): Promise<Seen> {
  const body = new URLSearchParams({ csrf: await csrfOf(place, visitor), ...fields });
  return visitor.ask(path, { method: "POST", body, headers: { origin: place.origin } });
}

/** A configuration in which these people of Cloud are administrators. */
export function withAdmins(...names: readonly (keyof typeof people)[]) {
  return {
    config: () => ({ admins: names.map((name) => ({ instance: "bitbucket", id: people[name].uuid })) }),
  };
}

/** The rows of sessions, as whoever has the file reads them. */
export function sessionRows({ inside }: Place): readonly Record<string, unknown>[] {
  const file = new DatabaseSync(inside.databaseFile, { readOnly: true });
  try {
    return file.prepare("select * from sessions").all();
  } finally {
    file.close();
  }
}

/** Runs `work` while the server's store does not know its sessions. */
export async function withBrokenStore({ inside }: Place, work: () => Promise<void>): Promise<void> {
  const rename = (from: string, to: string) => {
    const file = new DatabaseSync(inside.databaseFile, { timeout: 5_000 });
    file.exec(`alter table ${from} rename to ${to}`);
    file.close();
  };
  rename("sessions", "lost_sessions");
  try {
    await work();
  } finally {
    rename("lost_sessions", "sessions");
  }
}
