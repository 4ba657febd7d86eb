/** Owns Bitbucket Cloud as a code host. */
import type { Api } from "../api/client.ts";
import { segment } from "../api/client.ts";
import {
  type CloudRepository,
  commitPage,
  currentUser,
  diffstat,
  fileText,
  getRepository,
  getWorkspace,
  listWorkspaces,
  repositoryPage,
  resolveBranch,
} from "../api/cloud.ts";
import { bitbucketErrors } from "../errors.ts";
import type { CloudInstance } from "../instance.ts";
import { asText } from "../json.ts";
import { withoutBraces } from "../uuid.ts";
import type { Account, CodeHost, HostLinks, HostRepository } from "./host.ts";

/** The uuid alone names a repository: the workspace segment may be an empty pair of braces. @see REST API, "Repositories" */
const anyWorkspace = "{}";

/** Cloud with one credential. */
export function cloudHost(instance: Pick<CloudInstance, "urls">, api: Api): CodeHost {
  return {
    product: "cloud",
    links: cloudLinks(instance),
    account: () => readAccount(api),
    async workspaces() {
      const workspaces = await listWorkspaces(api);
      return workspaces.map(({ slug, uuid, administrator }) => ({
        key: slug,
        id: uuid,
        name: null,
        administrator,
      }));
    },
    async workspace(key) {
      const { slug, uuid, name } = await getWorkspace(api, key);
      return { key: slug, id: uuid, name, administrator: null };
    },
    async repositoryPage(workspace, { query, page } = {}) {
      const root = `${instance.urls.api}/repositories/${segment(workspace)}`;
      const answer = await repositoryPage(api, workspace, { query, page: pageUrl(root, page) });
      return { repositories: answer.repositories.map(readRepository), next: pageText(answer.next) };
    },
    repository: async ({ workspace, slug }) => readRepository(await getRepository(api, workspace, slug)),
    repositoryById: async (id) => readRepository(await getRepository(api, anyWorkspace, `{${id}}`)),
    resolveBranch: (place, branch) => resolveBranch(api, { ...place, branch }),
    async commitPage({ workspace, slug }, { include, exclude, page }) {
      const root = `${instance.urls.api}/repositories/${segment(workspace)}/${segment(slug)}/commits`;
      const answer = await commitPage(api, { workspace, slug, include, exclude, page: pageUrl(root, page) });
      return { commits: answer.commits, next: pageText(answer.next) };
    },
    readFile: (place, file) => fileText(api, { ...place, ...file }),
    changes: async (place, hash) => ({ kind: "counted", files: await diffstat(api, { ...place, hash }) }),
  };
}

/** Addresses of the website. */
export function cloudLinks({ urls: { web } }: Pick<CloudInstance, "urls">): HostLinks {
  const repository = ({ workspace, slug }: { readonly workspace: string; readonly slug: string }) =>
    `${web}/${encodeURIComponent(workspace)}/${encodeURIComponent(slug)}`;
  return {
    hosts: [new URL(web).host],
    repository,
    commit: (place, hash) => `${repository(place)}/commits/${hash}`,
  };
}

async function readAccount(api: Api): Promise<Account> {
  const user = await currentUser(api);
  const subject = withoutBraces(user.uuid);
  const name = asText(user.display_name) ?? asText(user.nickname) ?? asText(user.username);
  const kind = user.type === undefined || user.type === "user" ? "person" : "bot";
  return { subject, name: name ?? subject ?? "unknown", username: asText(user.username), kind };
}

function readRepository({ uuid, workspaceSlug, ...repository }: CloudRepository): HostRepository {
  const updatedOn = repository.updatedOn === null ? null : new Date(repository.updatedOn);
  return { ...repository, id: uuid, workspace: workspaceSlug, updatedOn };
}

/** A page's address is long and names the API; its query says which page it is. */
function pageText(next: string | null): string | null {
  return next === null ? null : new URL(next).search;
}

/** A page comes back through the browser, so only its query is taken: the credential must not be led to other calls. */
function pageUrl(root: string, page: string | undefined): string | undefined {
  if (page === undefined || page === "") return undefined;
  if (!/^\?[!-~]{1,4000}$/.test(page)) throw bitbucketErrors.fail("bitbucket.bad_page");
  return root + page;
}
