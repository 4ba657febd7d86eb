/** Owns what a failed case means: that an attack got through, or that a defence is missing which nothing got through in this run. */
import type { CaseId } from "../../tests/attacks/case.ts";

/** `unfit`: there is nothing of the kind to attack. */
export type Verdict = "held" | "broken" | "weak" | "unfit";

export interface Judged {
  readonly id: CaseId;
  readonly title: string;
  readonly verdict: Verdict;
  /** What was seen, or why it does not apply; empty where it held. */
  readonly reason: string;
}

/** In these a person at worst signed in as themselves, or learned a word: each with what is missing. */
const missingDefence: Readonly<Partial<Record<CaseId, string>>> = {
  A1: "the request to Bitbucket carries no state",
  A5: "an image, a prefetch or a HEAD of another site begins a flow and sets its cookie",
  A8: "the request to Bitbucket carries neither state nor challenge",
  C5: "a callback that comes again is exchanged again",
  C6: "a callback that comes five times at once is exchanged more than once",
  C14: "parameters that come twice are taken (RFC 6749 section 3.1)",
  C18: "a state of 12 KB that nobody gave out is no hindrance",
  C20: "a HEAD ends the flow",
  C26: "the code of a lost flow is taken under the cookie of another flow of this browser",
  D4: "a cookie without SameSite: browsers that do not choose Lax themselves send it along",
  G11: "a token whose type is not understood is used (RFC 6749 section 7.1)",
  J3: "the answer tells a state that exists from one that does not",
};

/** The session of anybody but the victim, in a browser of the victim's. */
const somebodyElse = /'(attacker|bystander)' !==|^\+ '(attacker|bystander)'/m;

export function judgeFailure(
  id: CaseId,
  failure: string,
  hasEnded: boolean,
): Pick<Judged, "verdict" | "reason"> {
  if (hasEnded) return { verdict: "broken", reason: "the whole process ended at an answer of Bitbucket" };
  const missing = missingDefence[id];
  if (missing !== undefined && !somebodyElse.test(failure)) return { verdict: "weak", reason: missing };
  return { verdict: "broken", reason: inOneLine(failure) };
}

/** Without the difference that node:assert draws below the sentence, but for who was signed in. */
function inOneLine(failure: string): string {
  const sentence = (failure.split("\n")[0] ?? "").replace(/^: /, "");
  const who = /'(victim|attacker|bystander)'/.exec(failure)?.[1];
  return sentence.includes("somebody is signed in") && who !== undefined
    ? `${sentence.replace("somebody", `the ${who}`)}`
    : sentence;
}
