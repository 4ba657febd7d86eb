/** Owns writing people, workspaces and consumers of a seed in a line each. What comes out is a seed's plain data. */
import { EmulatorFailure } from "../core/errors.ts";
import type { Seed, SeedPerson } from "../core/seed.ts";

/** A workspace, as a seed has it. */
export type SeedWorkspace = NonNullable<Seed["workspaces"]>[number];
/** An OAuth consumer, as a seed has it. */
export type SeedConsumer = NonNullable<Seed["consumers"]>[number];
type SeedMember = NonNullable<SeedWorkspace["members"]>[number];
type SeedEmail = NonNullable<SeedPerson["emails"]>[number];

/** As in a seed; an e-mail address alone is confirmed, and the first such is the primary one. */
export interface PersonDetails extends Partial<Omit<SeedPerson, "username" | "emails">> {
  readonly emails?: readonly (string | SeedEmail)[];
}

/** `person("ada", { emails: ["ada@example.com"] })`. The display name is the username with a capital unless given. */
export function person(username: string, { emails = [], ...details }: PersonDetails = {}): SeedPerson {
  const hasPrimary = emails.some((email) => typeof email !== "string" && email.primary === true);
  const first = hasPrimary ? undefined : emails.find((email) => typeof email === "string");
  return {
    username,
    displayName: `${username.charAt(0).toUpperCase()}${username.slice(1)}`,
    ...details,
    emails: emails.map((email) =>
      typeof email === "string" ? { address: email, primary: email === first, confirmed: true } : email,
    ),
  };
}

/** As in a seed; a person alone is a member without a right to administer, {@link admin} makes an administrator. */
export interface WorkspaceDetails extends Partial<Omit<SeedWorkspace, "slug" | "members">> {
  readonly members?: readonly (SeedPerson | SeedMember)[];
}

/** `workspace("acme", { members: [admin(ada), grace] })`. The first administrator is the owner. */
export function workspace(slug: string, { members = [], ...details }: WorkspaceDetails = {}): SeedWorkspace {
  return {
    slug,
    ...details,
    members: members.map((member) => ("person" in member ? member : { person: handleOf(member) })),
  };
}

/** A member who administers the workspace, for {@link workspace}. */
export function admin(of: SeedPerson): SeedMember {
  return { person: handleOf(of), administrator: true };
}

/** As in a seed; the workspace may be given as it was built. */
export interface ConsumerDetails extends Partial<Omit<SeedConsumer, "name" | "workspace">> {
  readonly workspace: SeedWorkspace | string;
}

/** An OAuth consumer: `consumer("My app", { workspace: acme, callbackUrl: "http://localhost:3000/callback" })`. Default scopes: `account email repository`. */
export function consumer(name: string, { workspace: owner, ...details }: ConsumerDetails): SeedConsumer {
  return {
    callbackUrl: "",
    scopes: ["account", "email", "repository"],
    ...details,
    name,
    workspace: typeof owner === "string" ? owner : owner.slug,
  };
}

/** What names a person elsewhere in a seed. */
export function handleOf({ username, nickname, displayName }: SeedPerson): string {
  const handle = username ?? nickname;
  if (handle !== undefined && handle !== null) return handle;
  throw new EmulatorFailure("bad_seed", `${displayName} needs a username or a nickname.`);
}
