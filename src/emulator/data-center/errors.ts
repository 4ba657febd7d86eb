/** Owns the refusals of a Data Center by the names of its exceptions. */
import { dcError, dcErrors, htmlPage } from "./answers.ts";
import type { DcRules } from "./rules.ts";

/** Signed in or not: no right to this. */
export function notPermitted(): Response {
  return dcError(401, "AuthorisationException", "You are not permitted to access this resource");
}

/** A password, token or other credential that is none. */
export function badCredentials(): Response {
  return dcError(
    401,
    "auth.IncorrectPasswordAuthenticationException",
    "Authentication failed. Please check your credentials and try again.",
  );
}

/** A mutating call that looks like a browser's, without `X-Atlassian-Token: no-check`. */
export function xsrfFailed(): Response {
  return new Response("XSRF check failed", {
    status: 403,
    headers: { "Content-Type": "text/plain;charset=UTF-8" },
  });
}

export function noSuchProject(key: string): Response {
  return dcError(404, "project.NoSuchProjectException", `Project ${key} does not exist.`);
}

export function noSuchRepository(projectKey: string, slug: string): Response {
  return dcError(
    404,
    "repository.NoSuchRepositoryException",
    `Repository ${projectKey}/${slug} does not exist.`,
  );
}

export function noSuchCommit(revision: string, repositoryName: string, status = 404): Response {
  return dcError(
    status,
    "commit.NoSuchCommitException",
    `Commit '${revision}' does not exist in repository '${repositoryName}'.`,
  );
}

/** A parameter that names no branch, tag or commit. */
export function unknownRevision(rules: DcRules, revision: string, repositoryName: string): Response {
  return noSuchCommit(revision, repositoryName, rules.unknownRevisionStatus);
}

/** A path where only hashes are taken has the name of a branch or tag. */
export function noCommitId(rules: DcRules, revision: string, repositoryName: string): Response {
  return noSuchCommit(revision, repositoryName, rules.refAsCommitStatus);
}

/** An empty repository. */
export function noDefaultBranch(repositoryName: string): Response {
  return dcError(
    404,
    "repository.NoDefaultBranchException",
    `Repository '${repositoryName}' has no default branch.`,
  );
}

export function noSuchTag(name: string, repositoryName: string): Response {
  return dcError(
    404,
    "repository.NoSuchTagException",
    `Tag '${name}' does not exist in repository '${repositoryName}'.`,
  );
}

/** The resource has no text form. */
export function notAcceptable(): Response {
  return dcError(406, "javax.ws.rs.NotAcceptableException", "HTTP 406 Not Acceptable");
}

export function noSuchPath(path: string, revision: string): Response {
  return dcError(
    404,
    "content.NoSuchPathException",
    `The path "${path}" does not exist at revision "${revision}"`,
  );
}

export function noSuchUser(slug: string): Response {
  return dcError(404, "user.NoSuchUserException", `User ${slug} does not exist.`);
}

/** What would take a right away from who asks for it, or from who has more. */
export function againstOneself(status: 403 | 409, message: string): Response {
  return dcError(status, "IntegrityException", message);
}

/** A group nobody knows. */
export function noSuchGroup(name: string): Response {
  return dcError(404, "NoSuchEntityException", `Group ${name} does not exist.`);
}

/** A resource that is there, and takes other methods. */
export function methodNotAllowed(allowed: readonly string[]): Response {
  const answer = dcError(405, "javax.ws.rs.NotAllowedException", "HTTP 405 Method Not Allowed");
  answer.headers.set("Allow", allowed.join(","));
  return answer;
}

/** A body that is said to be something other than JSON. */
export function unsupportedMediaType(): Response {
  return dcError(415, "javax.ws.rs.NotSupportedException", "HTTP 415 Unsupported Media Type");
}

/** A parameter that is missing or of the wrong kind. */
export function badParameter(name: string, message: string): Response {
  return dcErrors(400, [{ context: name, message, exceptionName: "validation.ArgumentValidationException" }]);
}

/** A REST path that no resource answers. */
export function noSuchResource(): Response {
  return dcError(404, "javax.ws.rs.NotFoundException", "HTTP 404 Not Found");
}

/** Any other path that is not there. */
export function noSuchPage(): Response {
  return htmlPage(404, "Page not found", "The page you are looking for does not exist.");
}
