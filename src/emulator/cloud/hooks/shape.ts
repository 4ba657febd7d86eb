/** Owns a webhook as JSON. */
import type { EmulatorContext } from "../../core/context.ts";
import { findRepository, findWorkspace } from "../../core/world.ts";
import { braced, bracedInPath } from "../answers.ts";
import { embeddedWorkspace } from "../repositories/shapes/account.ts";
import type { Link } from "../repositories/shapes/links.ts";
import { repositoryLinks } from "../repositories/shapes/links.ts";
import { embeddedRepository } from "../repositories/shapes/repository.ts";
import type { Hook } from "./state.ts";

/**
 * `webhook_subscription`: says whether there is a secret, and never which.
 * @see "Create a webhook for a repository", https://developer.atlassian.com/cloud/bitbucket/rest/api-group-webhooks/
 */
export function hookObject(context: EmulatorContext, hook: Hook): object {
  const { subject, self } = subjectOf(context, hook);
  return {
    type: "webhook_subscription",
    uuid: braced(hook.uuid),
    description: hook.description,
    url: hook.url,
    active: hook.active,
    skip_cert_verification: hook.skipCertVerification,
    events: hook.events,
    created_at: hook.createdAt.toISOString().replace(/Z$/, "000Z"),
    subject,
    links: { self },
    source: null,
    read_only: false,
    history_enabled: false,
    secret_set: hook.secret !== null,
  };
}

function subjectOf({ world, origins }: EmulatorContext, { subject, uuid }: Hook) {
  const place = `/hooks/${bracedInPath(uuid)}`;
  if (subject.kind === "repository") {
    const repository = findRepository(world, "{}", braced(subject.repositoryUuid));
    if (repository === undefined) return { subject: null, self: null };
    const links = repositoryLinks(origins, repository);
    return { subject: embeddedRepository({ repository, links }), self: links.api(place) };
  }
  const workspace = findWorkspace(world, braced(subject.workspaceUuid));
  if (workspace === undefined) return { subject: null, self: null };
  const self: Link = { href: `${origins.api}/2.0/workspaces/${workspace.slug}${place}` };
  return { subject: embeddedWorkspace(origins, workspace), self };
}
