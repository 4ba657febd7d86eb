/** Owns the view models of Bitbucket accounts that the sample pages show. */
import type { IdentitiesView, IdentitySummary } from "../../src/dashboard/parts/identities.ts";
import { at } from "./views.ts";

const cloud = { id: "bitbucket", name: "Bitbucket", host: "bitbucket.org" };
const dataCenter = { id: "git", name: "Bitbucket Data Center", host: "git.example.com" };

export const cloudIdentity: IdentitySummary = {
  id: "7d3a178a-a087-4756-b2da-2f9eadf50ba8",
  place: cloud,
  displayName: "John Doe",
  username: "johndoe",
  linkedAt: at("2026-09-14T08:30:00Z"),
  isWayIn: true,
  canUnlink: true,
};

export const severalAccounts: IdentitiesView = {
  identities: [
    cloudIdentity,
    {
      id: "101",
      place: dataCenter,
      displayName: "Wolfeschlegelsteinhausenbergerdorff of the Department of Everything",
      username: "wolfe+bitbucket@subsidiary.example.com",
      linkedAt: at("2026-11-02T16:04:00Z"),
      isWayIn: true,
      canUnlink: true,
    },
    {
      id: "7",
      place: { id: "old", name: "old", host: null },
      displayName: "jdoe",
      username: "jdoe",
      linkedAt: at("2026-05-02T11:00:00Z"),
      isWayIn: false,
      canUnlink: true,
    },
  ],
  places: [cloud, dataCenter],
};

export const oneAccount: IdentitiesView = {
  identities: [{ ...cloudIdentity, canUnlink: false }],
  places: [cloud],
};
