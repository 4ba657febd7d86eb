/** Owns escaping: templates whose values cannot become markup. */
export { html, raw } from "hono/html";

/** Markup that has been escaped already. Templates nest it as it is; plain strings they escape. */
export type Html = ReturnType<typeof import("hono/html").html>;
