/** Owns who is signed in at every server of this bench, and with which cookies. */

/** The cookies an answer sets, as they are sent back. */
export function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
}

/** The same person everywhere. */
export const person = { id: "usr_ada", displayName: "Ada", email: "ada@example.com" };
