/** Owns the drawing on the button: a bucket of our own, since Bitbucket's logo is Atlassian's trademark. */
import { createElement, type ReactElement } from "react";

const bucket =
  "M6.500 9.500a5.500 6 0 0 1 11 0M4.500 9.500h15l-1.900 10.200a1 1 0 0 1-1 .8H7.400a1 1 0 0 1-1-.8z";

/** Decoration beside text: screen readers pass it by. */
export function Mark(): ReactElement {
  const drawing = { viewBox: "0 0 24 24", width: 20, height: 20, fill: "none", stroke: "currentColor" };
  return createElement(
    "svg",
    { ...drawing, strokeWidth: 2, "aria-hidden": true, focusable: false, className: "windlass-mark" },
    createElement("path", { d: bucket }),
  );
}
