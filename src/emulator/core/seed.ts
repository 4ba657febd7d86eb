/** Owns the seed file: its schema, and the reading of one with every mistake named at once. `docs/emulator.md` documents it. */
import { z } from "zod";
import { type DcRules, isDcRule, readDcRule } from "../data-center/rules.ts";
import { EmulatorFailure } from "./errors.ts";
import { type Rules, readRule } from "./rules.ts";
import { accessTokenScopes, apiTokenScopes, scopes } from "./scopes.ts";
import { dataCenterSeedSchema } from "./seed-data-center.ts";
import { crossProblems } from "./seed-references.ts";

const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "must be a lower-case uuid without braces");
const slug = z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, "must be a slug: lower-case letters, digits, . _ -");
const time = z.iso.datetime({ offset: true });
const scopeName = z.string().refine((name) => Object.hasOwn(scopes, name), {
  error: (issue) => `"${String(issue.input)}" is no scope of Bitbucket Cloud`,
});
const granularScope = z.string().refine((name) => apiTokenScopes.includes(name), {
  error: (issue) => `"${String(issue.input)}" is no scope of an API token`,
});
const callbackUrl = z
  .string()
  .refine((text) => text === "" || URL.canParse(text), "must be an absolute URL, or empty")
  .refine((text) => !text.includes("#"), "must have no #fragment");

const email = z.strictObject({
  address: z.string().min(1),
  primary: z.boolean().optional(),
  confirmed: z.boolean().optional(),
});

/** An API token as a seed or control asks for one. */
export const apiTokenSchema = z.strictObject({
  name: z.string().min(1).optional(),
  scopes: z.array(granularScope).readonly(),
  token: z.string().regex(/^ATAT/, "must begin with ATAT").optional(),
  expiresAt: time.optional(),
});

/** A repository, project or workspace access token, likewise. */
export const accessTokenSchema = z
  .strictObject({
    workspace: slug,
    project: z.string().min(1).optional(),
    repository: slug.optional(),
    name: z.string().min(1).optional(),
    scopes: z.array(scopeName).readonly(),
    token: z.string().regex(/^ATCT/, "must begin with ATCT").optional(),
    expiresAt: time.optional(),
  })
  .superRefine(({ project, repository, scopes: asked }, check) => {
    const problem = (message: string) => check.addIssue({ code: "custom", message });
    if (project !== undefined && repository !== undefined)
      return problem("is for a project or for a repository, not for both");
    const kind = repository !== undefined ? "repository" : project !== undefined ? "project" : "workspace";
    for (const name of asked.filter((one) => !accessTokenScopes[kind].includes(one)))
      problem(`a ${kind} access token cannot have the scope "${name}"`);
  });

const person = z
  .strictObject({
    username: z
      .string()
      .regex(/^[A-Za-z0-9_-]+$/, "must be letters, digits, _ or -")
      .nullish(),
    displayName: z.string(),
    nickname: z.string().optional(),
    uuid: uuid.optional(),
    accountId: z.string().optional(),
    createdOn: time.optional(),
    emails: z.array(email).optional(),
    appPasswords: z
      .array(
        z.strictObject({
          password: z.string().min(1),
          scopes: z.array(scopeName),
          label: z.string().min(1).optional(),
        }),
      )
      .optional(),
    apiTokens: z.array(apiTokenSchema).optional(),
  })
  .refine(({ username, nickname }) => Boolean(username ?? nickname), "needs a username or a nickname");

const workspace = z.strictObject({
  slug,
  name: z.string().optional(),
  uuid: uuid.optional(),
  private: z.boolean().optional(),
  createdOn: time.optional(),
  members: z.array(z.strictObject({ person: z.string(), administrator: z.boolean().optional() })).optional(),
});

const consumer = z.strictObject({
  workspace: slug,
  name: z.string().min(1),
  description: z.string().optional(),
  callbackUrl,
  url: z.string().optional(),
  private: z.boolean().optional(),
  scopes: z.array(scopeName),
  key: z.string().min(1).optional(),
  secret: z.string().min(1).optional(),
});

const repository = z.strictObject({
  path: z.string().min(1),
  workspace: slug.optional(),
  slug: slug.optional(),
  name: z.string().optional(),
  description: z.string().optional(),
  private: z.boolean().optional(),
  uuid: uuid.optional(),
  project: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/, "must be a project key: capitals, digits, _")
    .optional(),
  permissions: z
    .array(z.strictObject({ person: z.string(), permission: z.enum(["read", "write", "admin"]) }))
    .optional(),
});

const pullRequest = z.strictObject({
  workspace: slug,
  repository: slug,
  title: z.string().min(1),
  description: z.string().optional(),
  source: z.string().min(1),
  destination: z.string().min(1).optional(),
  author: z.string(),
  reviewers: z.array(z.string()).optional(),
  draft: z.boolean().optional(),
  closeSourceBranch: z.boolean().optional(),
});

const rules = z
  .record(z.string(), z.union([z.boolean(), z.number(), z.string()]))
  .superRefine((given, check) => {
    for (const [name, value] of Object.entries(given)) {
      const rule = isDcRule(name) ? readDcRule(name, String(value)) : readRule(name, String(value));
      if (typeof rule === "string") check.addIssue({ code: "custom", message: rule, path: [name] });
    }
  });

const schema = z.strictObject({
  people: z.array(person).optional(),
  workspaces: z.array(workspace).optional(),
  consumers: z.array(consumer).optional(),
  repositories: z.array(repository).optional(),
  accessTokens: z.array(accessTokenSchema).optional(),
  pullRequests: z.array(pullRequest).optional(),
  dataCenter: dataCenterSeedSchema.optional(),
  rules: rules.optional(),
});

/** What a seed file holds. A person is named by username, or by nickname where there is none. */
export type Seed = z.infer<typeof schema>;
/** A person, as a seed has them. */
export type SeedPerson = z.infer<typeof person>;
export type SeedPullRequest = z.infer<typeof pullRequest>;
/** A repository, as a seed has it. */
export type SeedRepository = z.infer<typeof repository>;
export type SeedApiToken = z.infer<typeof apiTokenSchema>;
export type SeedAccessToken = z.infer<typeof accessTokenSchema>;

/** Reads a parsed seed file. Throws {@link EmulatorFailure} `bad_seed` with every mistake and its path. */
export function readSeed(value: unknown): Seed {
  const parsed = schema.safeParse(value);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${pathText(issue.path)}: ${issue.message}`);
  problems.push(...crossProblems(value));
  if (parsed.success && problems.length === 0) return parsed.data;
  const count = problems.length === 1 ? "a mistake" : `${problems.length} mistakes`;
  throw new EmulatorFailure("bad_seed", `The seed has ${count}: ${problems.join("; ")}.`, problems);
}

/** The rules of Cloud a seed sets, checked by {@link readSeed} before. */
export function seedRules(seed: Seed): Partial<Rules> {
  const own = Object.entries(seed.rules ?? {}).filter(([name]) => !isDcRule(name));
  const read = own.map(([name, value]) => readRule(name, String(value)));
  return Object.assign({}, ...read.filter((rule) => typeof rule === "object"));
}

/** The rules of Data Center and Server a seed sets, checked by {@link readSeed} before. */
export function seedDcRules(seed: Seed): Partial<DcRules> {
  const read = Object.entries(seed.rules ?? {}).map(([name, value]) =>
    isDcRule(name) ? readDcRule(name, String(value)) : {},
  );
  return Object.assign({}, ...read.filter((rule) => typeof rule === "object"));
}

function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "seed";
  return path
    .map((part, at) => (typeof part === "number" ? `[${part}]` : `${at === 0 ? "" : "."}${String(part)}`))
    .join("");
}
