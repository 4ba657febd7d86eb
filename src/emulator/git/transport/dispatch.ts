/** Owns which part of the transport answers which call of git, once a product has let the caller in. */
import { dumbRefused, textRefusal } from "./answers.ts";
import { advertise, fetchPack, type Serving } from "./fetch.ts";
import { type PushRules, receivePack } from "./push.ts";
import type { GitCall } from "./request.ts";

/** Answers a call of somebody who may see the repository. Without rules for pushes nothing is taken: 403. */
export async function answerGit(
  call: GitCall | "dumb",
  request: Request,
  { serving, push }: { readonly serving: Serving; readonly push: PushRules | null },
): Promise<Response> {
  if (call === "dumb") return dumbRefused();
  if (call.service === "git-receive-pack" && push === null)
    return textRefusal(403, "Nothing can be pushed here.");
  if (call.kind === "advertise") return advertise(serving, request, call.service);
  return push === null || call.service === "git-upload-pack"
    ? fetchPack(serving, request)
    : receivePack(serving, request, push);
}
