/** Owns the drawings: our mark and a small set of line icons, all of them decoration beside text. */
import { type Html, html, raw } from "./html.ts";

const drawings = {
  plug: '<path d="M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4"/>',
  key: '<circle cx="8" cy="15" r="4"/><path d="m11 12 9-9M16 7l3 3"/>',
  lock: '<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>',
  person: '<circle cx="12" cy="8" r="4"/><path d="M4 21c1-4.5 4-6 8-6s7 1.500 8 6"/>',
  folder: '<path d="M3 7a2 2 0 0 1 2-2h4l2 2.500h8a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z"/>',
  repository: '<path d="M6 3h12v18H8a2 2 0 0 1-2-2zM6 18a2 2 0 0 1 2-1h10M10 7h4"/>',
  search: '<circle cx="11" cy="11" r="6.500"/><path d="m16 16 5 5"/>',
  commit: '<circle cx="12" cy="12" r="4"/><path d="M3 12h5M16 12h5"/>',
  warning: '<path d="M12 4 2.500 20h19zM12 10v4.500M12 17.400v.1"/>',
  wrong: '<circle cx="12" cy="12" r="9"/><path d="M12 7v6M12 16.400v.1"/>',
  info: '<circle cx="12" cy="12" r="9"/><path d="M12 11v6M12 7.500v.1"/>',
  good: '<circle cx="12" cy="12" r="9"/><path d="m8 12.500 3 3 5.500-6.500"/>',
  wait: '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.500l3.500 2"/>',
  target:
    '<circle cx="12" cy="12" r="8.500"/><circle cx="12" cy="12" r="4"/><path d="M12 1.500v4M12 18.500v4M1.500 12h4M18.500 12h4"/>',
  arrow: '<path d="M5 12h14M13 6l6 6-6 6"/>',
  plus: '<path d="M12 5v14M5 12h14"/>',
  code: '<path d="m8 7-5 5 5 5M16 7l5 5-5 5"/>',
} satisfies Record<string, string>;

export type IconName = keyof typeof drawings;

/** A line icon the size of the text around it, hidden from screen readers. */
export function icon(name: IconName): Html {
  // The drawings are constants of this file.
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${raw(drawings[name])}</svg>`;
}

/** Our mark: a drum with a crank and rope, and the bucket it raises. */
export function mark(): Html {
  return html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
<path class="frame" d="M5 29V4M25 29V4M25 8h5V3.500"/>
<rect class="drum" x="5" y="4.500" width="20" height="7" rx="2.500"/>
<path class="coil" d="m11 11.500 1.500-7M14.500 11.500l1.500-7M18 11.500l1.500-7"/>
<path class="rope" d="M15 11.500v5.200M11.500 20.500a3.500 3.800 0 0 1 7 0"/>
<path class="bucket" d="M10.500 20.500h9l-1.300 7.200a1 1 0 0 1-1 .8h-4.400a1 1 0 0 1-1-.8z"/>
</svg>`;
}
