/** Owns the list of projects and the form that makes one. */
import { type Html, html } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import { counted } from "../ui/moments.ts";
import { csrfField } from "../ui/parts/action.ts";
import { textField } from "../ui/parts/field.ts";
import { emptyState } from "../ui/parts/notice.ts";
import { frame, type ProjectRef, type SignedIn } from "./parts/frame.ts";
import { paths } from "./paths.ts";

export interface ProjectsView extends SignedIn {
  readonly projects: readonly ProjectSummary[];
  /** What was typed when a name was refused. */
  readonly create?: { readonly name: string; readonly problem?: string };
}

export interface ProjectSummary extends ProjectRef {
  readonly connections: number;
  readonly repositories: number;
  readonly analyses: number;
  /** Connections that need the person: state `reconnect` and the like. */
  readonly needAttention?: number;
}

/** The page. */
export function projectsPage(view: ProjectsView): Html {
  const list =
    view.projects.length === 0
      ? emptyState({
          icon: "folder",
          title: "No projects yet",
          text: "A project holds the connection to Bitbucket and the repositories of one team, service or customer. Name your first one.",
        })
      : html`<ul class="tiles">${view.projects.map(tile)}</ul>`;
  const main = html`<div class="head"><h1>Projects</h1></div>${list}${createForm(view)}`;
  return frame(view, { title: "Projects", main });
}

function tile(project: ProjectSummary): Html {
  const attention = project.needAttention ?? 0;
  return html`<li class="card tile"><h2><a class="cover" href="${paths.project(project.id)}"><bdi>${project.name}</bdi></a></h2>
<p class="muted">${facts(project)}</p>${
    attention > 0
      ? html`<p class="attention">${icon("warning")}<span>${counted(attention, "connection")} to reconnect</span></p>`
      : ""
  }</li>`;
}

function facts({ connections, repositories, analyses }: ProjectSummary): string {
  if (connections === 0) return "Nothing connected yet";
  const repos = counted(repositories, "repository", "repositories");
  return `${counted(connections, "connection")} · ${repos} · ${counted(analyses, "analysis", "analyses")}`;
}

function createForm({ create, csrf, projects }: ProjectsView): Html {
  const input = textField({
    name: "name",
    label: "Name",
    value: create?.name ?? "",
    problem: create?.problem,
    required: true,
    maxLength: 100,
    placeholder: "Checkout",
  });
  return html`<section class="card create"><h2>${projects.length === 0 ? "Create your first project" : "New project"}</h2>
<form method="post" action="${paths.projects}" class="line-form">${csrfField(csrf)}${input}<button class="button primary">${icon(
    "plus",
  )}<span>Create project</span></button></form></section>`;
}
