/** Owns the small curve beside an analysis. Decoration: the numbers stand beside it. */
import { scaleLinear } from "d3-scale";
import { area, curveMonotoneX } from "d3-shape";
import { type Html, html } from "../../ui/html.ts";

const width = 120;
const height = 28;

/** A filled curve over one number a day, oldest first. Nothing for fewer than two days. */
export function sparkline(values: readonly number[]): Html | string {
  if (values.length < 2) return "";
  const x = scaleLinear([0, values.length - 1], [0, width]);
  const y = scaleLinear([0, Math.max(1, ...values)], [height - 1, 2]);
  const shape = area<number>()
    .x((_, position) => x(position))
    .y0(height)
    .y1((value) => y(value))
    .curve(curveMonotoneX);
  return html`<svg class="sparkline" viewBox="0 0 ${width} ${height}" aria-hidden="true" focusable="false"><path d="${
    shape([...values]) ?? ""
  }"/></svg>`;
}
