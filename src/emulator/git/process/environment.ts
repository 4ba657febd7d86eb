/** Owns how git is started, so that nothing a repository says about itself can make it run a program. */

/** One repository on disk, found once; every later command is told these folders instead of searching. */
export interface Location {
  /** Absolute path of the repository's own folder (`.git`, a bare repository, or a linked worktree's). */
  readonly gitFolder: string;
  /** Absolute path of the checked-out files, whose `.gitattributes` git honours; null for a bare repository. */
  readonly workTree: string | null;
}

/**
 * The environment of every git process. Built anew, so that neither the user's configuration nor tracing or
 * askpass variables of our own process reach it.
 * @see git(1), "Environment Variables"
 */
export function gitEnvironment(location?: Location): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    ...(process.env.SystemRoot === undefined ? {} : { SystemRoot: process.env.SystemRoot }),
    HOME: "/nonexistent",
    XDG_CONFIG_HOME: "/nonexistent",
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_GRAFT_FILE: "/dev/null",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "none",
    GIT_PROTOCOL_FROM_USER: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_PAGER: "cat",
    ...(location === undefined ? {} : repositoryVariables(location)),
  };
}

/** An explicit folder also spares git its search upwards, and its ownership check of what it would find. */
function repositoryVariables({ gitFolder, workTree }: Location): NodeJS.ProcessEnv {
  return workTree === null ? { GIT_DIR: gitFolder } : { GIT_DIR: gitFolder, GIT_WORK_TREE: workTree };
}

/** Settings that win over the repository's own `config`: each of them could name a program to run. */
const harmlessSettings = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.pager=cat",
  "core.sshCommand=false",
  "core.alternateRefsCommand=false",
  "core.askPass=false",
  "credential.helper=",
  "gpg.program=false",
  "gpg.ssh.program=false",
  "gpg.x509.program=false",
  "log.showSignature=false",
  "protocol.allow=never",
  "core.warnAmbiguousRefs=false",
  "core.quotePath=true",
  "diff.suppressBlankEmpty=false",
  "color.ui=false",
] as const;

/** The arguments between `git` and its command. `--no-pager` and the settings above hold for that process alone. */
export function harmlessArguments(): readonly string[] {
  return ["--no-pager", "--no-replace-objects", ...harmlessSettings.flatMap((setting) => ["-c", setting])];
}

/** The folder a command runs in. */
export function workingFolder({ gitFolder, workTree }: Location): string {
  return workTree ?? gitFolder;
}
