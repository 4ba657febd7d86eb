/** Owns the checks of an instance: each ends in a finding, and a finding that is a problem names its cure. */
import { examineCloud } from "./cloud.ts";
import { examineDataCenter } from "./data-center.ts";
import type { DoctorParts, Finding } from "./finding.ts";
import { examineServer } from "./server.ts";

/** Runs every check of an instance. Later checks are left out when Bitbucket cannot be reached. Never throws for what it finds. */
export async function examine(parts: DoctorParts): Promise<readonly Finding[]> {
  const { instance } = parts;
  if (instance.product === "cloud") return examineCloud({ ...parts, instance });
  if (instance.product === "data-center") return examineDataCenter({ ...parts, instance });
  return examineServer({ ...parts, instance });
}
