/** Owns the whole coverage table: which rows belong to which of the emulator's apps. */
import { cloudApi } from "./cloud-api.ts";
import { cloudHooks } from "./cloud-hooks.ts";
import { cloudOAuth } from "./cloud-oauth.ts";
import { cloudPullRequests } from "./cloud-pull-requests.ts";
import { cloudWebsite } from "./cloud-website.ts";
import { control } from "./control.ts";
import { dataCenterApi } from "./data-center-api.ts";
import { dataCenterCredentials } from "./data-center-credentials.ts";
import { dataCenterHooks } from "./data-center-hooks.ts";
import { dataCenterPermissions } from "./data-center-permissions.ts";
import { dataCenterPullRequests } from "./data-center-pull-requests.ts";
import { dataCenterWebsite } from "./data-center-website.ts";
import { cloudGit, dataCenterGit } from "./git.ts";
import { type CoverageRow, rowsOf } from "./row.ts";

/** A part of the table with a heading of its own. */
export interface Area {
  readonly title: string;
  /** Whose routes the rows are. */
  readonly app: "cloudWebsite" | "cloudApi" | "dataCenter";
  readonly rows: readonly CoverageRow[];
}

export const areas: readonly Area[] = [
  { title: "Cloud: OAuth 2", app: "cloudWebsite", rows: rowsOf(cloudOAuth) },
  { title: "Cloud: REST API", app: "cloudApi", rows: rowsOf(cloudApi) },
  { title: "Cloud: pull requests", app: "cloudApi", rows: rowsOf(cloudPullRequests) },
  { title: "Cloud: webhooks", app: "cloudApi", rows: rowsOf(cloudHooks) },
  { title: "Cloud: website", app: "cloudWebsite", rows: rowsOf(cloudWebsite) },
  { title: "Cloud: git", app: "cloudWebsite", rows: rowsOf(cloudGit) },
  { title: "Data Center and Server: REST API", app: "dataCenter", rows: rowsOf(dataCenterApi) },
  {
    title: "Data Center and Server: permissions and limits",
    app: "dataCenter",
    rows: rowsOf(dataCenterPermissions),
  },
  {
    title: "Data Center and Server: pull requests",
    app: "dataCenter",
    rows: rowsOf(dataCenterPullRequests),
  },
  { title: "Data Center and Server: webhooks", app: "dataCenter", rows: rowsOf(dataCenterHooks) },
  { title: "Data Center and Server: credentials", app: "dataCenter", rows: rowsOf(dataCenterCredentials) },
  { title: "Data Center and Server: website", app: "dataCenter", rows: rowsOf(dataCenterWebsite) },
  { title: "Data Center and Server: git", app: "dataCenter", rows: rowsOf(dataCenterGit) },
  { title: "Control", app: "cloudWebsite", rows: rowsOf(control) },
];

export const allRows: readonly CoverageRow[] = areas.flatMap(({ rows }) => rows);
