/** Owns the switches of permissions in workspaces and repositories. */
import { choice, flag } from "../../core/switches.ts";

export const permissionRules = {
  appPermission: choice(
    ["write", "admin", "read"],
    "What an app on its own (app_user) may do in its workspace's repositories, scopes apart; nobody noted it.",
  ),
  guestRole: choice(
    ["collaborator", "member"],
    "The role in a workspace of who has a permission to a repository in it and nothing else: collaborator was met in April 2026, and Atlassian is taking it away.",
  ),
  closedWorkspace: choice(
    ["401", "403", "404"],
    "Members, permissions and projects of a workspace one has no place in: a client's author met 401 with a sentence for a member; the documents name all three.",
  ),
  membersReadPermissions: flag(
    false,
    "Members who do not administer a workspace read /workspaces/{workspace}/permissions, too; the documents keep only the lists of repositories for administrators.",
  ),
} as const;
