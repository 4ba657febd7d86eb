/** Owns how git's own services are started for a repository, and which settings make them those of a Bitbucket. */
import type { Location } from "../process/environment.ts";
import { type Served, serveGit } from "../process/serve.ts";
import type { Service } from "./request.ts";

/** How a product's git answers, where products and versions differ. */
export interface GitManners {
  /** Folders of references a client may see besides branches and tags, such as `refs/pull-requests`. */
  readonly seenRefs: readonly string[];
  /** `clone --filter` is understood. */
  readonly partialClone: boolean;
  /** Objects are given by their hash as long as a reference leads to them, without protocol 2 too. */
  readonly wantsByHash: boolean;
  /** The main branch can be deleted by a push. */
  readonly mainBranchDeletable: boolean;
}

/** Seconds without a byte from a client until `upload-pack` ends by itself. */
const patienceSeconds = 300;

/** Talks with a client: `stateless` git, fed with one request and giving one answer. */
export function talk(
  location: Location,
  service: Service,
  given: {
    readonly manners: GitManners;
    readonly protocol: string | null;
    readonly input: AsyncIterable<Uint8Array>;
    /** Only list what is there. */
    readonly advertise?: boolean;
  },
): Served {
  const command = [
    service.slice("git-".length),
    ...(service === "git-upload-pack" ? ["--strict", `--timeout=${patienceSeconds}`] : []),
    "--stateless-rpc",
    ...(given.advertise === true ? ["--advertise-refs"] : []),
    location.gitFolder,
  ];
  return serveGit(
    // What is checked out is no business of a client's.
    { gitFolder: location.gitFolder, workTree: null },
    { command, settings: settingsOf(given.manners), protocol: given.protocol, input: given.input },
  );
}

/** Naming a repository is the operator's consent to serve it, whoever owns it: the ownership check is waived. */
function settingsOf(manners: GitManners): readonly string[] {
  const seen = ["refs/heads", "refs/tags", ...manners.seenRefs];
  return [
    "safe.directory=*",
    // The environment names no grafts, which git would tell every client of.
    "advice.graftFileDeprecated=false",
    "transfer.hideRefs=refs",
    ...seen.map((folder) => `transfer.hideRefs=!${folder}`),
    // A push may not move what it may see there.
    ...manners.seenRefs.map((folder) => `receive.hideRefs=${folder}`),
    `uploadpack.allowFilter=${manners.partialClone}`,
    "uploadpack.allowAnySHA1InWant=false",
    `uploadpack.allowTipSHA1InWant=${manners.wantsByHash}`,
    `uploadpack.allowReachableSHA1InWant=${manners.wantsByHash}`,
    `receive.denyDeleteCurrent=${manners.mainBranchDeletable ? "ignore" : "refuse"}`,
    "receive.denyNonFastForwards=false",
    "receive.denyDeletes=false",
    "receive.autogc=false",
    "gc.auto=0",
    "receive.certNonceSeed=",
  ];
}
