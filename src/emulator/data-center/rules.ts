/** Owns a Data Center's switches: every fact about Data Center and Server that is unproven, with the default we play. */
import { choice, flag, type Switch, type Values, valuesOf } from "../core/switches.ts";
import { credentialSwitches } from "./credential-rules.ts";

/** Every switch. `docs/emulator.md` holds the same table for people; a test keeps the two equal. */
export const dcSwitches = {
  pageGaps: flag(
    false,
    "Every second page leaves gaps: nextPageStart jumps past items that were filtered away.",
  ),
  lastPageStart: choice(["null", "absent"], "nextPageStart on the last page: null, or not there at all."),
  ...credentialSwitches,
} as const satisfies Record<string, Switch<boolean> | Switch<number> | Switch<string>>;

export type DcRuleName = keyof typeof dcSwitches;

/** The value of every switch. */
export type DcRules = Values<typeof dcSwitches>;

/** The defaults, some of them changed. */
export function chooseDcRules(wanted: Partial<DcRules> = {}): DcRules {
  return valuesOf(dcSwitches, wanted);
}
