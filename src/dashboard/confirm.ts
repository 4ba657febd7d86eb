/** Owns the pages that ask before something is lost. */
import { type Html, html } from "../ui/html.ts";
import { csrfField } from "../ui/parts/action.ts";
import { frame, type ProjectRef, projectCrumbs, type SignedIn } from "./parts/frame.ts";
import type { CredentialKind } from "./parts/kinds.ts";
import { paths } from "./paths.ts";

export interface DisconnectView extends SignedIn {
  readonly project: ProjectRef;
  readonly connection: {
    readonly id: string;
    readonly kind: CredentialKind;
    readonly instanceName: string;
    readonly accountName: string;
    /** Whether Bitbucket is told to end the access. */
    readonly isRevoked: boolean;
  };
  readonly repositories: number;
}

/** Asks before a connection is disconnected. POST to {@link paths.disconnect}. */
export function disconnectPage(view: DisconnectView): Html {
  const { project, connection } = view;
  return question(view, project, {
    title: `Disconnect ${connection.instanceName}?`,
    says: html`<p>Windlass deletes its tokens for <bdi><strong>${connection.accountName}</strong></bdi> and reads nothing more. Analyses that were run stay.</p>
<p>${
      connection.isRevoked
        ? html`Bitbucket is told to end the access too.`
        : html`Bitbucket itself still lists it until you remove it there: ${revokedAt[connection.kind]}.`
    } <a href="${paths.guide("revoking")}">Taking access away, click by click</a></p>`,
    button: "Disconnect",
    post: paths.disconnect(project.id, connection.id),
  });
}

/** Where each kind is ended at Bitbucket. */
const revokedAt: Readonly<Record<CredentialKind, string>> = {
  oauth2:
    "your personal settings → App authorizations; whoever runs the app finds it under workspace settings → OAuth consumers",
  oauth1: "Manage account → Authorized applications",
  "api-token": "your Atlassian account → Security → API tokens",
  "app-password": "personal settings → App passwords, where that Bitbucket still has them",
  "access-token": "the settings of the repository, project or workspace → Access tokens",
  "http-access-token": "Manage account, or the settings of the project or repository → HTTP access tokens",
  "client-credentials": "workspace settings → OAuth consumers",
};

export interface DeleteProjectView extends SignedIn {
  readonly project: ProjectRef;
  readonly connections: number;
  readonly analyses: number;
}

/** Asks before a project is deleted. POST to {@link paths.deleteProject}. */
export function deleteProjectPage(view: DeleteProjectView): Html {
  const { project, connections, analyses } = view;
  return question(view, project, {
    title: "Delete this project?",
    says: html`<p><bdi><strong>${project.name}</strong></bdi> goes for good, with its ${connections} ${
      connections === 1 ? "connection" : "connections"
    } and ${analyses} ${analyses === 1 ? "analysis" : "analyses"}, and with the key that sealed their tokens. At Bitbucket the access stays listed until it is removed there; a Data Center is told.</p>`,
    button: "Delete project",
    post: paths.deleteProject(project.id),
  });
}

interface Question {
  readonly title: string;
  readonly says: Html;
  readonly button: string;
  readonly post: string;
}

function question(signedIn: SignedIn, project: ProjectRef, asked: Question): Html {
  const main = html`<section class="card question"><h1>${asked.title}</h1>${asked.says}
<form method="post" action="${asked.post}" class="row">${csrfField(signedIn.csrf)}<button class="button danger">${
    asked.button
  }</button><a class="button quiet" href="${paths.project(project.id)}">Keep it</a></form></section>`;
  return frame(signedIn, {
    title: asked.title,
    crumbs: projectCrumbs(project, asked.button),
    main,
    narrow: true,
  });
}
