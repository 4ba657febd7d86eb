/** The failures of a trip to Bitbucket and back, beside those Bitbucket itself answers. */
import { defineErrors } from "../base/errors.ts";

export const handshakeErrors = defineErrors({
  "handshake.unknown": {
    reaction: "stale",
    message: "This sign-in was not begun here, was finished already, or was begun too long ago.",
    cure: "Begin again from the start page.",
  },
  "handshake.other_browser": {
    reaction: "refused",
    message: "This answer from Bitbucket belongs to an attempt begun in another browser.",
    cure: "Begin again from the start page, and stay in one browser with cookies switched on.",
  },
  "handshake.other_instance": {
    reaction: "refused",
    message: "This answer came back for another Bitbucket than the one it was asked of.",
    cure: "Begin again from the start page.",
  },
  "handshake.other_user": {
    reaction: "refused",
    message: "This was begun by somebody else than who is signed in now.",
    cure: "Sign in as the one who began it, and begin again.",
  },
  "handshake.repeated": {
    reaction: "malformed",
    message: "Bitbucket answered with a request token that it had given before.",
    cure: "Begin again; if it stays so, check that nothing in between answers in Bitbucket's place.",
  },
  "handshake.expired": {
    reaction: "stale",
    message: "Too much time went by at Bitbucket.",
    cure: "Begin again; there are ten minutes from start to end.",
  },
});
