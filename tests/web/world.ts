/** Owns the world the attacks are made in: two people, one with a connected project and an analysis that has run. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { Log } from "../../src/base/log.ts";
import { buildDemoRepository, demoTrace } from "../../src/emulator/demo/demo-repository.ts";
import { type Browser, openRig, type Rig, type RigOptions, type Seen } from "./rig.ts";

export interface World extends Rig {
  readonly john: Browser;
  readonly jane: Browser;
  /** Paths of John's own. */
  readonly project: string;
  readonly connection: string;
  readonly analysis: string;
  /** What a script of John's sends along. */
  readonly csrf: string;
}

/** A rig with the demo's repository as `acme/checkout-api`; removed when it is closed. */
export async function openWorkplace(options: RigOptions = {}): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), "windlass-web-"));
  const path = join(folder, "checkout-api");
  await buildDemoRepository(path, new Date());
  const repositories = [{ path, workspace: "acme", slug: "checkout-api" }];
  const rig = await openRig({ ...options, emulator: { repositories, ...options.emulator } });
  return {
    ...rig,
    async close() {
      await rig.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Closing it fails the test when the log spoke of a defect of ours. */
export async function openWorld(options: RigOptions = {}): Promise<World> {
  const broken: unknown[] = [];
  const note = (event: string, facts?: unknown) => {
    if (/broken|lost/.test(event)) broken.push(event, facts);
  };
  const log: Log = { info: note, warn: note, error: note };
  const rig = await openWorkplace({ log, ...options });
  const [john, jane] = [await rig.signedIn("John Doe"), await rig.signedIn("Jane Roe")];
  const home = await john.open("/");
  const project = (await makeProject(john, "Shop")).url.pathname;
  const wizard = await connect(john, project);
  const connection = wizard.url.pathname.replace(/\/repositories$/, "");
  const run = await john.submit(wizard, wizard.url.pathname, [
    ["text", "acme/checkout-api"],
    ["lookbackDays", "3650"],
    ["do", "save"],
  ]);
  const shown = await john.submit(run, `${connection}/analyses`, [["errorText", demoTrace]]);
  await rig.app.analyses.idle();
  const csrf = /name="csrf" value="([^"]+)"/.exec(home.text)?.[1] ?? "";
  const close = async () => {
    await rig.close();
    expect(broken).toEqual([]);
  };
  return { ...rig, close, john, jane, project, connection, analysis: shown.url.pathname, csrf };
}

export async function makeProject(person: Browser, name: string): Promise<Seen> {
  return person.submit(await person.open("/"), "/projects", [["name", name]]);
}

/** The trip to Bitbucket; ends at the wizard's third step. */
export async function connect(person: Browser, project: string): Promise<Seen> {
  const permissions = await person.open(`${project}/connect/bitbucket`);
  return person.grant("John Doe", permissions.url, person.form(permissions, []));
}

/** The last part of a path. */
export const idOf = (path: string) => path.split("/").at(-1) ?? "";

/** In every line of a stack of ours. */
const ownFolder = join(import.meta.dirname, "../..");

/** Whatever is asked: a sentence, our headers, no stack, no defect of ours. */
export function expectSafe(seen: Seen): void {
  const { headers, text, status } = seen;
  expect(status).not.toBe(500);
  expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("referrer-policy")).toMatch(/^(same-origin|no-referrer)$/);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("x-frame-options")).toBe("DENY");
  expect(text).not.toContain(ownFolder);
}
