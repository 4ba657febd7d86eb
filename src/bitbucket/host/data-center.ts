/** Owns Data Center and Server as a code host. */
import type { Api } from "../api/client.ts";
import {
  commitDiff,
  dataCenterCommitPage,
  defaultBranch,
  fileText,
  findBranch,
  getDataCenterRepository,
  getProject,
  listProjects,
  projectRepositoryPage,
} from "../api/data-center.ts";
import type { DataCenterProject, DataCenterRepository } from "../api/data-center-readers.ts";
import { currentCaller, isPersons, nameOfUser, quoteCaller, subjectOfUser } from "../api/data-center-user.ts";
import { bitbucketErrors } from "../errors.ts";
import type { DataCenterInstance, ServerInstance } from "../instance.ts";
import { asText } from "../json.ts";
import type { Account, CodeHost, HostLinks, HostRepository, HostWorkspace, RepositoryPlace } from "./host.ts";

/** A self-hosted Bitbucket, as far as a host needs to know it. */
export type SelfHosted = Pick<DataCenterInstance | ServerInstance, "id" | "product" | "baseUrl">;

/** A self-hosted Bitbucket with one credential. */
export function dataCenterHost(instance: SelfHosted, api: Api): CodeHost {
  const read = (repository: DataCenterRepository, mainBranch: string | null) =>
    readRepository(instance.id, repository, mainBranch);
  return {
    product: instance.product,
    links: dataCenterLinks(instance),
    account: () => readAccount(api),
    workspaces: async () => (await listProjects(api)).map(readWorkspace),
    workspace: async (key) => readWorkspace(await getProject(api, key)),
    async repositoryPage(workspace, search) {
      const { repositories, next } = await projectRepositoryPage(api, workspace, search);
      return { repositories: repositories.map((repository) => read(repository, null)), next };
    },
    async repository(place) {
      const repository = await getDataCenterRepository(api, addressOf(place));
      return read(repository, await mainBranchOf(api, repository));
    },
    async repositoryById(id, last) {
      const repository = await getDataCenterRepository(api, addressOf(last));
      if (idOf(instance.id, repository) !== id) throw otherRepository(id, last);
      return read(repository, await mainBranchOf(api, repository));
    },
    resolveBranch: (place, branch) => resolveBranch(api, place, branch),
    commitPage: (place, { include, exclude, page }) =>
      dataCenterCommitPage(api, { ...addressOf(place), until: include, since: exclude, page }),
    readFile: (place, file) => fileText(api, addressOf(place), file),
    changes: async (place, hash) => ({ kind: "diff", diff: await commitDiff(api, addressOf(place), hash) }),
  };
}

/** Addresses of the website. */
export function dataCenterLinks({ baseUrl }: Pick<SelfHosted, "baseUrl">): HostLinks {
  const repository = ({ workspace, slug }: RepositoryPlace) =>
    `${baseUrl}/${projectPath(workspace)}/repos/${encodeURIComponent(slug)}`;
  return {
    hosts: [new URL(baseUrl).host],
    repository: (place) => `${repository(place)}/browse`,
    commit: (place, hash) => `${repository(place)}/commits/${hash}`,
  };
}

function projectPath(key: string): string {
  return `projects/${encodeURIComponent(key)}`;
}

function addressOf({ workspace, slug }: RepositoryPlace) {
  return { projectKey: workspace, slug };
}

/** A token of a project or repository has no user: nobody stands behind it, and its name is for no reader. */
async function readAccount(api: Api): Promise<Account> {
  const caller = await currentCaller(api);
  const { user, isToken } = caller;
  if (user === null) {
    const name = isToken ? "HTTP access token of a project or repository" : quoteCaller(caller);
    return { subject: null, name, username: null, kind: "bot" };
  }
  const name = nameOfUser(user) ?? quoteCaller(caller);
  const kind = isPersons(user) ? "person" : "bot";
  return { subject: subjectOfUser(user), name, username: asText(user.name), kind };
}

/** Who administers a project, Bitbucket does not say in passing. */
function readWorkspace({ key, id, name }: DataCenterProject): HostWorkspace {
  return { key, id: String(id), name, administrator: null };
}

function readRepository(
  instanceId: string,
  repository: DataCenterRepository,
  mainBranch: string | null,
): HostRepository {
  const { projectKey, slug, name, description, isPrivate } = repository;
  return {
    id: idOf(instanceId, repository),
    workspace: projectKey,
    slug,
    fullName: `${projectKey}/${slug}`,
    name,
    mainBranch,
    isPrivate,
    description,
    updatedOn: null,
  };
}

/** Numbers are an instance's own, so its id goes before them. */
function idOf(instanceId: string, { id }: DataCenterRepository): string {
  return `${instanceId}/${id}`;
}

async function mainBranchOf(api: Api, repository: DataCenterRepository): Promise<string | null> {
  return (await defaultBranch(api, repository))?.name ?? null;
}

async function resolveBranch(api: Api, place: RepositoryPlace, name: string): Promise<string> {
  const branch = await findBranch(api, addressOf(place), name);
  if (branch?.latestCommit) return branch.latestCommit;
  const message = "Bitbucket shows no such branch to this account: it is not there, or hidden.";
  const detail = `${place.workspace}/${place.slug}: no branch of that name`;
  throw bitbucketErrors.fail("bitbucket.not_found", { message, detail, data: { missing: "branch" } });
}

/** There is no look-up by number: at the old place lies another repository, so ours was moved, or deleted and made anew. */
function otherRepository(id: string, { workspace, slug }: RepositoryPlace) {
  return bitbucketErrors.fail("bitbucket.not_found", {
    message: `The repository is no longer at ${workspace}/${slug}: another one lies there now.`,
    cure: "Choose the repository again at its new place.",
    detail: `${workspace}/${slug} is not ${id}`,
    data: { missing: "repository" },
  });
}
