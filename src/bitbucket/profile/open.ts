/** Owns choosing how a profile is asked for by the instance's product. */
import type { Api } from "../api/client.ts";
import type { Instance } from "../instance.ts";
import { fetchDataCenterProfile } from "./data-center.ts";
import { fetchProfile, type Profile } from "./profile.ts";

/** Who the credential stands for. Throws as {@link fetchProfile} and {@link fetchDataCenterProfile} say. */
export function openProfile(instance: Instance, api: Api): Promise<Profile> {
  return instance.product === "cloud"
    ? fetchProfile(api, instance.id)
    : fetchDataCenterProfile(api, instance);
}
