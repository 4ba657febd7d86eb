/** Owns how a connection that is being looked after is told: what is the matter, what to do, when it is tried again. */
import { type Html, html } from "../../ui/html.ts";
import { clock } from "../../ui/moments.ts";
import { notice } from "../../ui/parts/notice.ts";

export interface Doubt {
  readonly code: string;
  readonly message: string;
  readonly cure: string;
  /** When Bitbucket is asked again; null when nothing is set. */
  readonly nextTryAt: Date | null;
}

/** The notice. Shows the code small, for whoever runs the server. */
export function doubtNotice({ code, message, cure, nextTryAt }: Doubt): Html {
  const next = nextTryAt === null ? "" : html` Bitbucket is asked again at ${clock(nextTryAt)}.`;
  return notice({ tone: "warn", text: html`${message} ${cure}${next} <code class="code">${code}</code>` });
}
