/** Owns what pages and scripts are told of a person's Bitbucket accounts. */
import type { App } from "../../app/app.ts";
import type { IdentitiesView, IdentityPlace, IdentitySummary } from "../../dashboard/parts/identities.ts";
import type { Identity } from "../../signin/accounts.ts";
import { canGrant, instanceName } from "./instance.ts";

/** For the account page. */
export async function identitiesView(app: App, userId: string): Promise<IdentitiesView> {
  return { identities: await identitySummaries(app, userId), places: linkPlaces(app) };
}

/** A person's own, the oldest first. */
export async function identitySummaries(app: App, userId: string): Promise<readonly IdentitySummary[]> {
  const own = await app.accounts.list(userId);
  return own.map((identity) => {
    const { id, displayName, username, linkedAt, isWayIn } = identity;
    const canUnlink = own.some((other) => other !== identity && other.isWayIn);
    return { id, displayName, username, linkedAt, isWayIn, canUnlink, place: placeOf(app, identity) };
  });
}

/** Where people sign in, and so where a further account may be. */
function linkPlaces(app: App): readonly IdentityPlace[] {
  return [...app.instances.configured.values()]
    .filter((instance) => canGrant(instance) && app.signin.policy(instance.id) !== "nobody")
    .map(({ id: instanceId }) => placeOf(app, { instanceId }));
}

function placeOf(app: App, { instanceId }: Pick<Identity, "instanceId">): IdentityPlace {
  const instance = app.instances.configured.get(instanceId);
  return instance === undefined
    ? { id: instanceId, name: instanceId, host: null }
    : { id: instanceId, name: instanceName(instance), host: new URL(instance.urls.web).host };
}

/** For a script. */
export function identityJson({ id, place, displayName, username, linkedAt, isWayIn }: IdentitySummary) {
  return {
    instance: place.id,
    id,
    displayName,
    username,
    linkedAt: linkedAt.toISOString(),
    wayIn: isWayIn,
  };
}
