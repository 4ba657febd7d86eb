/** Owns what a Data Center answers a git client it does not serve. */
import { remoteError, textRefusal } from "../../git/transport/answers.ts";
import type { GitCall } from "../../git/transport/request.ts";
import type { DataCenterContext } from "../context.ts";
import { askedIn } from "./asked.ts";

/** By its realm git's credential helpers know a Bitbucket. */
const challenge = { "WWW-Authenticate": 'Basic realm="Atlassian Bitbucket"' };

const notFound =
  "Repository not found\nThe requested repository does not exist, or you do not have permission to access it.";

const captcha =
  "CAPTCHA required\nYour Bitbucket account has been marked as requiring a CAPTCHA to be solved before\nyou may log in again. Log in with a browser and answer the question there.";

/** Nobody said who they are, or said it wrongly. */
export function whoAreYou(): Response {
  return textRefusal(401, "Authentication failed. Please check your credentials and try again.", challenge);
}

/** Absent, or hidden from who asks: the two are not told apart. */
export function noRepository(context: DataCenterContext, call: GitCall | "dumb"): Response {
  return refusal(context, call, { status: 404, text: notFound });
}

/** While git lists what is there an error can stand in the list; else only the status can tell. */
function refusal(
  { rules }: DataCenterContext,
  call: GitCall | "dumb" | null,
  { status, text, headers = {} }: { status: number; text: string; headers?: Record<string, string> },
): Response {
  const hasList = call !== null && call !== "dumb" && call.kind === "advertise";
  return hasList && rules.gitRefusals === "remote error"
    ? remoteError(call.service, text)
    : textRefusal(status, text, headers);
}

/** @see Atlassian KB "Git push returns error code 403 in Bitbucket Server / Data Center" */
export function mayNotPush(): Response {
  return textRefusal(403, "You are not permitted to push to this repository.");
}

/** A refused credential in git's words: what the REST API says in JSON, git would not show. */
export async function refusedCredential(
  context: DataCenterContext,
  request: Request,
  refused: Response,
): Promise<Response> {
  const said = await refused.clone().text();
  if (said.includes("CaptchaRequired")) {
    const reason = refused.headers.get("X-Authentication-Denied-Reason");
    const headers = reason === null ? {} : { "X-Authentication-Denied-Reason": reason };
    return refusal(context, askedIn(context, request), { status: refused.status, text: captcha, headers });
  }
  return refused.status === 401
    ? whoAreYou()
    : textRefusal(refused.status, "Basic Authentication has been disabled on this instance.");
}

/** References of pull requests are Bitbucket's own. @see Atlassian KB "Bitbucket Data Center does not accept push after using BFG tool" */
export function reservedRefs(refs: readonly string[]): readonly string[] {
  return [
    "You are attempting to update refs that are reserved for Bitbucket's pull request functionality. Bitbucket manages these refs automatically, and they may not be updated by users.",
    "Rejected refs:",
    ...refs.map((ref) => `\t${ref}`),
  ];
}
