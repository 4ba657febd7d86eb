/* Owns the side of the sign-in page: opens a window for Bitbucket, and says what became of it. */
const windowFeatures = () => {
  const [width, height] = [520, 720];
  const left = Math.max(0, screenX + (outerWidth - width) / 2);
  const top = Math.max(0, screenY + (outerHeight - height) / 2);
  return `popup,width=${width},height=${height},left=${left},top=${top}`;
};

(() => {
  const buttons = document.querySelectorAll("[data-sign-in-window]");
  const says = document.querySelector("[data-window-says]");
  // What the window finds in its own copy of the session's storage, and shows when the tie to this page was cut.
  const mark = String(crypto.getRandomValues(new Uint32Array(4)));
  let child = null;
  let watch;

  const say = (text) => {
    says.textContent = text;
  };
  const goOn = (next) => {
    const place = new URL(next || "/", location.origin);
    location.assign(place.origin === location.origin ? place : "/");
  };
  const finish = (told) => {
    clearInterval(watch);
    child = null;
    if (told.outcome === "signed-in") goOn(told.next);
    else say(`${told.message} ${told.cure} (${told.code} · ${told.reference})`);
  };

  // A window that is closed tells nothing; one that Bitbucket keeps from being seen looks closed.
  const askAfterwards = async () => {
    clearInterval(watch);
    const answer = await fetch("/auth/session", { headers: { accept: "application/json" } });
    const { user } = answer.ok ? await answer.json() : { user: null };
    if (user) goOn("/");
    else
      say(
        "The window was closed, and nobody is signed in. If it is still open, go on there: this page will notice.",
      );
  };

  window.addEventListener("message", ({ source, origin, data }) => {
    if (child === null || source !== child || data?.type !== "windlass:sign-in") return;
    if (origin === location.origin) finish(data);
    else
      say(
        `The window answered from ${origin}, and only ${location.origin} is believed. Nobody was signed in by it.`,
      );
  });
  const channel = new BroadcastChannel("windlass:sign-in");
  channel.addEventListener("message", ({ data }) => {
    const isOurs = data?.mark === mark;
    if (isOurs) channel.postMessage({ heard: mark });
    if (isOurs) finish(data);
    else if (data?.outcome === "signed-in") goOn(data.next);
  });

  const open = (button) => {
    clearInterval(watch);
    if (location.origin !== button.dataset.origin) {
      say(
        `This page is open at ${location.origin}, and signing in leads back to ${button.dataset.origin}: open it there.`,
      );
      return;
    }
    sessionStorage.setItem("windlass:sign-in", mark);
    child = window.open(button.dataset.signInWindow, "windlass-sign-in", windowFeatures());
    sessionStorage.removeItem("windlass:sign-in");
    if (child === null) {
      say(
        "The browser has blocked the window. Allow windows for this page, or sign in in this one, by the button above.",
      );
      return;
    }
    say("Go on in the window that has opened.");
    const opened = child;
    watch = setInterval(() => {
      if (opened.closed && child === opened) void askAfterwards();
    }, 300);
  };

  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => open(button));
  }
})();

// Which of several ways was taken last stays in this browser; one that keeps nothing marks nothing.
(() => {
  const name = "windlass:last-way";
  const ways = [...document.querySelectorAll("[data-way]")];
  if (ways.length < 2) return;
  const keep = (work) => {
    try {
      return work();
    } catch {
      return null;
    }
  };
  const last = keep(() => localStorage.getItem(name));
  const marked = ways.find(({ dataset }) => dataset.way === last);
  if (marked) marked.nextElementSibling.hidden = false;
  for (const way of ways)
    way.addEventListener("click", () => keep(() => localStorage.setItem(name, way.dataset.way)));
})();
