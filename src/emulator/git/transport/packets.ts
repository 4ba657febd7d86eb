/**
 * Owns git's packet lines: four hex digits of length, themselves included, before each; `0000` ends a list.
 * @see gitprotocol-common(5), "pkt-line Format"
 */

export const flush = "0000";

/** The most a packet may hold behind its length; a band's number counts. */
const mostBytes = 65_516;

export function packet(payload: string | Uint8Array): Buffer {
  const bytes = Buffer.from(payload);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, "0")), bytes]);
}

/**
 * A message in packets of one band: 1 is data, 2 what a person reads behind `remote:`.
 * @see gitprotocol-pack(5), "Packfile Data"
 */
export function onBand(band: 1 | 2, payload: string | Uint8Array): Buffer {
  const bytes = Buffer.from(payload);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += mostBytes - 1)
    parts.push(packet(Buffer.concat([Buffer.from([band]), bytes.subarray(at, at + mostBytes - 1)])));
  return Buffer.concat(parts);
}

/** One branch, tag or other reference that a push wants to move. */
export interface Command {
  /** 40 zeros: it is new. */
  readonly old: string;
  /** 40 zeros: it is to go. */
  readonly new: string;
  readonly ref: string;
}

/** How a push begins, before the pack. */
export interface PushHead {
  readonly commands: readonly Command[];
  /** Such as `report-status` and `side-band-64k`. */
  readonly capabilities: readonly string[];
}

/**
 * Reads the head of a push from the beginning of its bytes. Null while it is not whole, `malformed` for what is none.
 * @see gitprotocol-pack(5), "Reference Update Request and Packfile Transfer"
 */
export function readPushHead(bytes: Buffer): PushHead | "malformed" | null {
  const lines: string[] = [];
  for (let at = 0; ; ) {
    if (bytes.length < at + 4) return null;
    const digits = bytes.toString("latin1", at, at + 4);
    if (digits === flush) return headOf(lines);
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : 0;
    if (length < 5) return "malformed";
    if (bytes.length < at + length) return null;
    lines.push(bytes.toString("utf8", at + 4, at + length).replace(/\n$/, ""));
    at += length;
  }
}

function headOf(lines: readonly string[]): PushHead | "malformed" {
  const commands: Command[] = [];
  let capabilities: readonly string[] = [];
  for (const line of lines) {
    const [text = "", after] = line.split("\0");
    if (after !== undefined) capabilities = after.split(" ").filter(Boolean);
    if (text.startsWith("shallow ")) continue;
    const match = /^([0-9a-f]{40}) ([0-9a-f]{40}) (.+)$/s.exec(text);
    if (match === null) return "malformed";
    const [, old = "", now = "", ref = ""] = match;
    commands.push({ old, new: now, ref });
  }
  return { commands, capabilities };
}
