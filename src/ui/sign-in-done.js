/* Owns the side of the window: tells the page that opened it what became of the sign-in, by exact origin, and closes. */
(() => {
  const card = document.querySelector("[data-sign-in-outcome]");
  // What came back from Bitbucket is used up: the browser's history need not keep it.
  if (card && location.search) history.replaceState(null, "", location.pathname);
  // A page of the whole-page way carries the same card. Bitbucket may cut the tie to the page that opened this window, and
  // with it the window's name; what that page left in the session's storage stays.
  const mark = sessionStorage.getItem("windlass:sign-in");
  sessionStorage.removeItem("windlass:sign-in");
  const isWindow =
    mark !== null || window.name === "windlass-sign-in" || card?.dataset.signInOutcome === "signed-in";
  if (!card || !isWindow) return;
  const { signInOutcome: outcome, openers, next, code, message, cure, reference } = card.dataset;
  const told = { type: "windlass:sign-in", outcome };
  const whole = outcome === "signed-in" ? { ...told, next } : { ...told, code, message, cure, reference };

  for (const origin of openers.split(" ").filter(Boolean)) window.opener?.postMessage(whole, origin);
  const channel = new BroadcastChannel("windlass:sign-in");
  channel.addEventListener("message", ({ data }) => {
    if (mark !== null && data?.heard === mark) window.close();
  });
  if (mark !== null || outcome === "signed-in") channel.postMessage({ ...whole, mark });
  // Whoever could not be told is given the time to read it here.
  const isTold = window.opener !== null && openers !== "";
  setTimeout(() => window.close(), isTold ? 150 : 15_000);
})();
