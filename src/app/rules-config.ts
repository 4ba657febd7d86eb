/** Owns what a configuration says of who may come in: rules by place, each checked against the product whose places it names. */
import { z } from "zod";
import type { Product } from "../bitbucket/instance.ts";
import type { PlaceRule, Rule } from "../signin/rules/rule.ts";

const roles = z
  .array(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "must be lower case letters, digits and dashes"))
  .min(1, "names no role")
  .default(["member"])
  .describe("What it makes of whoever meets it: `admin`, `member`, or words of your own.");

const id = z
  .string()
  .regex(/^(\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?|[1-9]\d{0,14})$/i, {
    error: "must be the uuid Bitbucket Cloud gave it, or the number Data Center did",
  })
  .transform((text) => text.replace(/[{}]/g, "").toLowerCase())
  .optional()
  .describe(
    "The place's uuid or number at Bitbucket: pins it from the beginning, in place of the first person who is let in.",
  );

const permission = z.enum(["read", "write", "admin"]).default("read").describe("The least that counts.");

/** Written by us: see `rule`. */
const aboutIs = "What the rule is about; said by its one key beside the others.";

const everyone = z.strictObject({
  about: z.literal("everyone").describe(aboutIs),
  everyone: z
    .literal(true, "must be true: whoever has an account at this Bitbucket comes in")
    .describe("Whoever has an account at this Bitbucket comes in."),
  roles,
});
const workspace = z.strictObject({
  about: z.literal("workspace").describe(aboutIs),
  workspace: z.string().describe("Members of this workspace, by its slug. Bitbucket Cloud alone."),
  permission: z.enum(["member", "admin"]).default("member").describe("The least that counts."),
  id,
  roles,
});
const project = z.strictObject({
  about: z.literal("project").describe(aboutIs),
  project: z
    .string()
    .describe("Whoever has the permission in this project: `acme/KEY` at Cloud, `KEY` elsewhere."),
  permission,
  id,
  roles,
});
const repository = z.strictObject({
  about: z.literal("repository").describe(aboutIs),
  repository: z
    .string()
    .describe("Whoever has the permission in this repository: `acme/api` at Cloud, `KEY/api` elsewhere."),
  permission,
  id,
  roles,
});

const kinds = ["everyone", "workspace", "project", "repository"] as const;

/** What a rule is about is its one key beside `permission`, `id` and `roles`. */
const rule = z.preprocess(
  (value) => {
    if (typeof value !== "object" || value === null) return value;
    const [about, another] = kinds.filter((kind) => Object.hasOwn(value, kind));
    return { ...value, about: another === undefined ? about : undefined };
  },
  z.discriminatedUnion("about", [everyone, workspace, project, repository], {
    error: "must be about one of these: everyone, workspace, project, repository",
  }),
);

/** Whoever meets one of them comes in; the roles of all that are met are theirs. */
export const rules = z.array(rule).min(1, "names no rule, so that nobody could come in");

type ConfiguredRule = z.output<typeof rule>;

/** As the rooms know it. */
export function readRule(configured: ConfiguredRule): Rule {
  const { roles } = configured;
  if (configured.about === "everyone") return { kind: "everyone", roles };
  const rest = { roles, id: configured.id ?? null };
  if (configured.about === "workspace") {
    const least = configured.permission === "admin" ? "admin" : "read";
    return { kind: "workspace", place: configured.workspace, permission: least, ...rest };
  }
  const { permission } = configured;
  return configured.about === "project"
    ? { kind: "project", place: configured.project, permission, ...rest }
    : { kind: "repository", place: configured.repository, permission, ...rest };
}

/** Slugs are lower case at both; a key is upper case, or `~name` for a person's own project. */
const slug = "(?!\\.{1,2}(/|$))[a-z0-9._-]{1,128}";
const key = "[A-Z][A-Z0-9_]{0,127}";
const ownKey = `(${key}|~[A-Za-z0-9._-]{1,127})`;

const shapes: Readonly<Record<"cloud" | "self-hosted", Readonly<Record<PlaceRule["kind"], Shape | null>>>> = {
  cloud: {
    workspace: { pattern: new RegExp(`^${slug}$`), example: "acme" },
    project: { pattern: new RegExp(`^${slug}/${key}$`), example: "acme/KEY" },
    repository: { pattern: new RegExp(`^${slug}/${slug}$`), example: "acme/api" },
  },
  "self-hosted": {
    workspace: null,
    project: { pattern: new RegExp(`^${ownKey}$`), example: "KEY" },
    repository: { pattern: new RegExp(`^${ownKey}/${slug}$`), example: "KEY/api" },
  },
};

interface Shape {
  readonly pattern: RegExp;
  readonly example: string;
}

/** What is wrong with a rule at an instance of this product; null when nothing is. */
export function placeProblem(rule: Rule, product: Product): { key: string; message: string } | null {
  if (rule.kind === "everyone") return null;
  const at = product === "cloud" ? "cloud" : "self-hosted";
  const shape = shapes[at][rule.kind];
  if (shape === null)
    return { key: rule.kind, message: "is Bitbucket Cloud's alone: name a project or a repository here" };
  if (!shape.pattern.test(rule.place))
    return { key: rule.kind, message: `must be written as Bitbucket writes it, such as ${shape.example}` };
  // Bitbucket tells nobody whether they administer a project; whoever may make a repository in it administers that one.
  if (at === "cloud" && rule.kind === "project" && rule.permission === "admin")
    return {
      key: "permission",
      message: "can be read or write here: Bitbucket Cloud does not tell who administers a project",
    };
  const isUuid = rule.id?.includes("-") ?? false;
  if (rule.id !== null && isUuid !== (at === "cloud"))
    return { key: "id", message: at === "cloud" ? "must be a uuid here" : "must be a number here" };
  return null;
}
