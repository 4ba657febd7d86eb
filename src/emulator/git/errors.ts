/** Owns the failures of reading a repository with git. */

/**
 * `not_a_repository` the folder given holds none · `git_missing` git itself cannot be started ·
 * `unsupported` a repository Bitbucket could not hold either · `failed` git refused or died.
 */
export type GitFailureCode = "not_a_repository" | "git_missing" | "unsupported" | "failed";

/** A failure of git; the message is a sentence for people, `detail` is what git printed. */
export class GitFailure extends Error {
  override readonly name = "GitFailure";
  readonly code: GitFailureCode;
  readonly detail: string;

  constructor(code: GitFailureCode, message: string, detail = "") {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}
