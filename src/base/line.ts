/** Owns names as people read them: on one line, in one direction, visible. Neutral: no `node:` here. */

/** Control characters, line and paragraph separators, halves of surrogate pairs, and what turns text around. */
const disruptive = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** The text without what would break it into lines or turn it around, trimmed; "" when nothing of it can be seen. */
export function readableLine(text: string): string {
  const line = text.replace(disruptive, "").trim();
  return visible.test(line) ? line : "";
}
