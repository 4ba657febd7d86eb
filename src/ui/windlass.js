/* Owns the few lines that improve a page which works without them. */
(() => {
  // htmx notes the address of each page, whether it keeps a history or not; that of a callback has a code in it.
  try {
    sessionStorage.removeItem("htmx-current-path-for-history");
  } catch {
    // Where the browser keeps nothing, nothing is kept.
  }

  // A form is sent once: the button that sent it says that it is busy until the next page is there.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent === "yes") {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  });

  // A page that comes back from the browser's memory may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
  });

  // Enter in a search field searches as typing does; it does not send the form around it.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input[type=search]")) return;
    event.preventDefault();
    event.target.dispatchEvent(new Event("search", { bubbles: true }));
  });
})();
