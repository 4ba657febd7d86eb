/** Owns the events a webhook of Cloud can subscribe to, on what, and which scopes that takes. */
import type { Need } from "../needs.ts";

export type SubjectType = "repository" | "workspace";

interface EventType {
  readonly category: string;
  readonly label: string;
  readonly description: string;
  /** A workspace can have all of them. */
  readonly workspaceOnly?: boolean;
}

function type(category: string, label: string, description: string): EventType {
  return { category, label, description };
}

const pullRequest = (label: string, description: string) => type("Pull Request", label, description);
const repository = (label: string, description: string) => type("Repository", label, description);

/**
 * The enum of Atlassian's OpenAPI document. Labels and descriptions beyond those in its examples, and which events
 * only a workspace has, are ours.
 */
const eventTypes: Readonly<Record<string, EventType>> = {
  "repo:push": repository("Push", "Whenever a repository push occurs"),
  "repo:fork": repository("Fork", "Whenever a repository fork occurs"),
  "repo:imported": repository("Import", "Whenever a repository import occurs"),
  "repo:updated": repository("Updated", "Whenever a repository is updated"),
  "repo:transfer": repository("Transfer accepted", "Whenever a repository transfer is accepted"),
  "repo:created": { ...repository("Created", "Whenever a repository is created"), workspaceOnly: true },
  "repo:deleted": repository("Deleted", "Whenever a repository is deleted"),
  "repo:commit_comment_created": repository("Commit comment created", "When a commit is commented on"),
  "repo:commit_status_created": repository(
    "Build status created",
    "When a build status is added to a commit",
  ),
  "repo:commit_status_updated": repository(
    "Build status updated",
    "When the build status of a commit is changed",
  ),
  "pullrequest:created": pullRequest("Created", "When a pull request is created"),
  "pullrequest:updated": pullRequest("Updated", "When a pull request is updated"),
  "pullrequest:approved": pullRequest("Approved", "When someone has approved a pull request"),
  "pullrequest:unapproved": pullRequest("Unapproved", "When someone has removed their approval"),
  "pullrequest:changes_request_created": pullRequest("Changes requested", "When someone requests changes"),
  "pullrequest:changes_request_removed": pullRequest(
    "Changes request removed",
    "When someone takes a request for changes back",
  ),
  "pullrequest:fulfilled": pullRequest("Merged", "When a pull request is merged"),
  "pullrequest:rejected": pullRequest("Declined", "When a pull request is declined"),
  "pullrequest:push": pullRequest("Push", "When the source branch of a pull request is pushed to"),
  "pullrequest:comment_created": pullRequest("Comment created", "When a pull request is commented on"),
  "pullrequest:comment_updated": pullRequest("Comment updated", "When a comment is changed"),
  "pullrequest:comment_deleted": pullRequest("Comment deleted", "When a comment is deleted"),
  "pullrequest:comment_resolved": pullRequest("Comment resolved", "When a comment is resolved"),
  "pullrequest:comment_reopened": pullRequest("Comment reopened", "When a comment is reopened"),
  "issue:created": type("Issue", "Created", "When an issue is created"),
  "issue:updated": type("Issue", "Updated", "When an issue is updated"),
  "issue:comment_created": type("Issue", "Comment created", "When an issue is commented on"),
  "project:updated": { ...type("Project", "Updated", "Whenever a project is updated"), workspaceOnly: true },
  "pipeline:span_created": type("Pipeline", "Span created", "When a span of a pipeline is created"),
};

export function eventTypesOf(subject: SubjectType): readonly (readonly [name: string, type: EventType])[] {
  return Object.entries(eventTypes).filter(
    ([, { workspaceOnly }]) => subject === "workspace" || workspaceOnly !== true,
  );
}

const resources: Readonly<Record<string, string>> = {
  repo: "repository",
  pullrequest: "pullrequest",
  issue: "issue",
  project: "project",
  pipeline: "pipeline",
};

/** `webhook`, and to read what each event is about. */
export function needsOfEvents(webhook: Need, events: readonly string[]): Need {
  const read = [...new Set(events.flatMap((name) => resources[name.split(":")[0] ?? ""] ?? []))];
  return {
    oauth: [...webhook.oauth, ...read],
    apiToken: [...webhook.apiToken, ...read.map((resource) => `read:${resource}:bitbucket`)],
  };
}
