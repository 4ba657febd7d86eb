/** Owns the part of a seed file that is about Data Center and Server: people, groups, projects and rights. Both get the same. */
import { z } from "zod";

const projectPermission = z.enum(["PROJECT_READ", "PROJECT_WRITE", "PROJECT_ADMIN"]);
const repositoryPermission = z.enum(["REPO_READ", "REPO_WRITE", "REPO_ADMIN"]);

const person = z.strictObject({
  /** What is typed at login. */
  name: z.string().min(1),
  displayName: z.string().min(1).optional(),
  id: z.int().min(1).max(999_999).optional(),
  slug: z.string().min(1).optional(),
  emailAddress: z.string().min(1).nullish(),
  password: z.string().min(1).optional(),
  active: z.boolean().optional(),
  type: z.enum(["NORMAL", "SERVICE"]).optional(),
  avatar: z.enum(["relative", "absolute"]).optional(),
  /** Null: without a licence. */
  globalPermission: z.enum(["LICENSED_USER", "PROJECT_CREATE", "ADMIN", "SYS_ADMIN"]).nullish(),
  groups: z.array(z.string().min(1)).optional(),
});

const project = z.strictObject({
  key: z.string().regex(/^[A-Z][A-Z0-9_-]*$/, "must be a project key: capitals, digits, _ -"),
  name: z.string().min(1).optional(),
  description: z.string().optional(),
  public: z.boolean().optional(),
  /** What everybody who is logged in may. */
  defaultPermission: projectPermission.nullish(),
});

/** Who may what: a person or a group, in a project or in one of its repositories. */
const right = z
  .strictObject({
    person: z.string().optional(),
    group: z.string().min(1).optional(),
    project: z.string(),
    repository: z.string().optional(),
    permission: z.union([projectPermission, repositoryPermission]),
  })
  .superRefine(({ person: name, group, repository, permission }, check) => {
    const problem = (message: string) => check.addIssue({ code: "custom", message });
    if ((name === undefined) === (group === undefined)) problem("is for a person or for a group");
    if (permission.startsWith("REPO_") !== (repository !== undefined))
      problem(`${permission} is ${repository === undefined ? "for a repository" : "for a project"}`);
  });

export const dataCenterSeedSchema = z.strictObject({
  people: z.array(person).optional(),
  projects: z.array(project).optional(),
  permissions: z.array(right).optional(),
});

/** What a seed says of Data Center and Server. A list that is there takes the place of what is there by itself. */
export type DataCenterSeed = z.infer<typeof dataCenterSeedSchema>;
