/**
 * Owns what npm leaves out of the lockfile: the platform packages it did not install on the machine that wrote it
 * (npm/cli#4828). Without them `npm ci` refuses the lockfile, or a Mac gets no linter. Run it after `npm install`.
 */
import { readFileSync, writeFileSync } from "node:fs";

/** What is read and written of a package in a lockfile; everything else is carried along as it is. */
export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export type LockedPackages = Readonly<Record<string, LockedPackage>>;

const systems = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const processors = [
  "arm64",
  "arm",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "x64",
  "wasm32",
];

if (import.meta.main) {
  for (const file of ["package-lock.json", "tools/node/package-lock.json"]) {
    const lockfile = JSON.parse(readFileSync(file, "utf8"));
    lockfile.packages = completePackages(lockfile.packages);
    writeFileSync(file, `${JSON.stringify(lockfile, null, 2)}\n`);
  }
}

/** Adds each optional dependency that is named but not listed, and takes out where packages were downloaded from. */
export function completePackages(packages: LockedPackages): LockedPackages {
  const complete: Record<string, LockedPackage> = {};
  const known = new Map<string, LockedPackage>();
  for (const [place, { resolved: _host, ...rest }] of Object.entries(packages)) {
    complete[place] = rest;
    known.set(`${place.split("node_modules/").at(-1)}@${rest.version}`, rest);
  }
  // One that takes a place at the top may push out another version, which then is missing in its turn.
  for (let missing = missingPackages(complete); missing.length > 0; missing = missingPackages(complete)) {
    for (const { dependent, name, version } of missing) {
      const atTop = `node_modules/${name}`;
      const place = complete[atTop] === undefined ? atTop : beside(dependent, name);
      const dev = complete[dependent]?.dev === true ? { dev: true } : {};
      complete[place] = known.get(`${name}@${version}`) ?? {
        version,
        ...platformOf(name),
        ...dev,
        optional: true,
      };
    }
  }
  return Object.fromEntries(Object.entries(complete).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The optional dependencies with an exact version that are named, but not listed where npm looks for them;
 * those of packages at the top come first, so that they take the places at the top.
 */
export function missingPackages(packages: LockedPackages) {
  const missing: { dependent: string; name: string; version: string }[] = [];
  for (const [dependent, { optionalDependencies }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
      if (!/^\d/.test(version) || isListed(packages, dependent, name, version)) continue;
      missing.push({ dependent, name, version });
    }
  }
  return missing.sort((a, b) => depth(a.dependent) - depth(b.dependent));
}

function depth(place: string): number {
  return place.split("node_modules/").length;
}

/** Node's way up: the package's own `node_modules`, then each one above it. The first that is met has to fit. */
function isListed(packages: LockedPackages, dependent: string, name: string, version: string): boolean {
  for (let folder: string | null = dependent; folder !== null; folder = parentFolder(folder)) {
    const found = packages[folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`];
    if (found !== undefined) return found.version === version;
  }
  return false;
}

function parentFolder(place: string): string | null {
  if (place === "") return null;
  return place.slice(0, Math.max(0, place.lastIndexOf("/node_modules/")));
}

function beside(dependent: string, name: string): string {
  return `${dependent.slice(0, dependent.lastIndexOf("node_modules/"))}node_modules/${name}`;
}

/** What a platform package's name says of where it runs, such as `binding-linux-arm64-musl`. */
function platformOf(name: string): Pick<LockedPackage, "os" | "cpu" | "libc"> {
  const words = name.split(/[-/]/);
  const os = words.filter((word) => systems.includes(word));
  const cpu = words.filter((word) => processors.includes(word));
  const libc = words.some((word) => word.startsWith("musl"))
    ? ["musl"]
    : words.some((word) => word.startsWith("gnu"))
      ? ["glibc"]
      : [];
  return {
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(libc.length > 0 ? { libc } : {}),
    ...(os.length > 0 ? { os } : {}),
  };
}
