/** Owns projects: what connections, repositories and analyses belong to. Until rights come, each is its maker's alone. */
import type { Audit } from "../audit/audit.ts";
import type { Clock } from "../base/clock.ts";
import { readableLine } from "../base/line.ts";
import { newId } from "../base/random.ts";
import type { Database } from "../storage/database.ts";
import type { ProjectsTable } from "../storage/schema.ts";
import {
  deleteProject,
  findProject,
  insertProject,
  listProjects,
  renameProject,
} from "../storage/tables/projects.ts";
import { projectErrors } from "./errors.ts";

export interface Project {
  readonly id: string;
  readonly name: string;
  /** The user who made it. */
  readonly madeBy: string;
  readonly createdAt: Date;
}

/** Each call that names a project throws `projects.not_found` when it is missing or another user's: both look the same. */
export interface Projects {
  /** Throws `projects.name_unusable`. */
  create(project: { name: string; userId: string }): Promise<Project>;
  /** A user's own, newest first. */
  list(userId: string): Promise<Project[]>;
  get(projectId: string, userId: string): Promise<Project>;
  /** Throws `projects.name_unusable`. */
  rename(projectId: string, userId: string, name: string): Promise<Project>;
  /** Its connections with their secrets, its repositories, analyses and data keys go with it. */
  remove(projectId: string, userId: string): Promise<void>;
}

const mostCharacters = 80;

export interface ProjectParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: Audit;
  /** Told of a project that is gone, so that what is still in memory or on disk of it goes as well. */
  readonly onRemoved: (projectId: string) => Promise<void>;
}

export function createProjects(parts: ProjectParts): Projects {
  const { database, clock, audit } = parts;
  const { kysely } = database;
  const get = async (projectId: string, userId: string) => {
    const row = await findProject(kysely, projectId);
    if (row === undefined || row.made_by !== userId) throw projectErrors.fail("projects.not_found");
    return readProject(row);
  };

  return {
    async create({ name, userId }) {
      const row = {
        id: newId("prj"),
        name: readName(name),
        made_by: userId,
        created_at: clock.now().toISOString(),
      };
      await insertProject(kysely, row);
      return readProject(row);
    },
    list: async (userId) => (await listProjects(kysely, userId)).map(readProject),
    get,
    async rename(projectId, userId, name) {
      const project = await get(projectId, userId);
      const renamed = { ...project, name: readName(name) };
      await renameProject(kysely, projectId, renamed.name);
      return renamed;
    },
    async remove(projectId, userId) {
      const { id } = await get(projectId, userId);
      await audit.transaction(async (transaction, record) => {
        await deleteProject(transaction, id);
        await record({ event: "project.removed", actor: `user ${userId}`, projectId: id });
      });
      await parts.onRemoved(id);
    },
  };
}

/** Runs of white space become one space; what is no {@link readableLine} is refused instead of changed. */
function readName(name: string): string {
  const trimmed = name.trim().replace(/\p{Zs}+/gu, " ");
  const { length } = [...trimmed];
  if (length < 1 || length > mostCharacters || readableLine(trimmed) !== trimmed) {
    throw projectErrors.fail("projects.name_unusable");
  }
  return trimmed;
}

function readProject(row: ProjectsTable): Project {
  return { id: row.id, name: row.name, madeBy: row.made_by, createdAt: new Date(row.created_at) };
}
