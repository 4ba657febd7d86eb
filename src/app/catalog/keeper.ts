/** Owns the catalog as it is now: when each source is asked again, and what counts while one does not answer. */
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import { buildCatalog, type Catalog, createCatalog } from "../../catalog/catalog.ts";
import { signinErrors } from "../../signin/errors.ts";
import { inSlices } from "./slices.ts";
import type { CatalogSource, SourceContents } from "./source.ts";

/** A source that does not answer. */
export interface FailingSource {
  readonly name: string;
  readonly since: Date;
  readonly reason: string;
  /** Whether what it said last still counts; else nobody signs in by a resolver. */
  readonly isKnown: boolean;
}

export interface CatalogKeeper {
  /** Throws `signin.catalog_unread` where a source has never been read. */
  read(): Promise<Catalog>;
  /** Those that failed the last time. */
  failing(): readonly FailingSource[];
  /** Looks by itself from now on, until `close`. */
  watch(): void;
  close(): Promise<void>;
}

export interface KeeperParts {
  readonly clock: Clock;
  readonly log: Pick<Log, "info" | "warn">;
}

/** How often it is looked whether something is due. */
const watchMilliseconds = 5_000;
/** A source that failed is asked again after so long. */
const patienceSeconds = 30;
interface Kept {
  readonly source: CatalogSource;
  contents: SourceContents | null;
  /** Of the clock that was handed in, in milliseconds. */
  dueAt: number;
  failing: FailingSource | null;
  reading: Promise<void> | null;
}

/** What is left out is told to the log, once. */
export function keepCatalog(sources: readonly CatalogSource[], parts: KeeperParts): CatalogKeeper {
  const kept = sources.map(
    (source): Kept => ({ source, contents: null, dueAt: 0, failing: null, reading: null }),
  );
  const ending = new AbortController();
  let watching: Promise<void> | undefined;
  const upToDate = joinBuilds(parts);

  const look = async () => {
    const due = kept.filter((each) => isDue(each, parts.clock));
    const looks = due.map((each) => {
      each.reading ??= ask(each, parts).finally(() => {
        each.reading = null;
      });
      return { each, reading: each.reading };
    });
    // Whoever signs in waits for files, and for a source of which nothing is known yet; never for one that is only old.
    await Promise.all(
      looks.filter(({ each }) => each.contents === null || each.source.isNear).map(({ reading }) => reading),
    );
  };
  const readKnown = async () => {
    const all = kept.map(({ contents }) => contents);
    const unread = kept.filter(({ contents }) => contents === null);
    if (unread.length > 0)
      throw signinErrors.fail("signin.catalog_unread", {
        detail: unread
          .map(({ source, failing }) => `${source.name}: ${failing?.reason ?? "is being read"}`)
          .join("; "),
      });
    return upToDate(all.flatMap((each) => each ?? []));
  };
  const watch = async () => {
    for (;;) {
      await parts.clock.sleep(watchMilliseconds, ending.signal);
      await look();
      await Promise.all(kept.map(({ reading }) => reading));
      if (kept.every(({ contents }) => contents !== null)) await readKnown();
    }
  };
  return {
    async read() {
      await look();
      return readKnown();
    },
    failing: () => kept.flatMap(({ failing }) => failing ?? []),
    watch() {
      // It ends by being told to, and by nothing else: nothing above throws otherwise.
      if (sources.length > 0) watching ??= watch().catch(() => undefined);
    },
    async close() {
      ending.abort();
      await watching;
      await Promise.all(kept.map(({ reading }) => reading));
    },
  };
}

function isDue({ dueAt, reading }: Kept, clock: Clock): boolean {
  return reading !== null || clock.now().getTime() >= dueAt;
}

/** Reads one source; what it said before still counts where it fails. */
async function ask(kept: Kept, { clock, log }: KeeperParts): Promise<void> {
  const { name } = kept.source;
  try {
    kept.contents = await kept.source.read();
    if (kept.failing !== null) log.info("catalog.source_read", { source: name });
    kept.failing = null;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isKnown = kept.contents !== null;
    kept.failing = { name, since: kept.failing?.since ?? clock.now(), reason, isKnown };
    log.warn("catalog.source_failed", { source: name, reason, isKnown });
  }
  const pauseSeconds = kept.source.refreshSeconds();
  const waitSeconds = kept.failing === null ? pauseSeconds : Math.min(pauseSeconds, patienceSeconds);
  kept.dueAt = clock.now().getTime() + waitSeconds * 1000;
}

/** One catalog of all contents, made anew when one of them is another than before. */
function joinBuilds({ log }: Pick<KeeperParts, "log">) {
  let built: { readonly from: readonly SourceContents[]; readonly catalog: Catalog } = {
    from: [],
    catalog: createCatalog([]),
  };
  let building: Promise<void> = Promise.resolve();
  return async (contents: readonly SourceContents[]): Promise<Catalog> => {
    const isBuilt = () =>
      built.from.length === contents.length && built.from.every((each, at) => each === contents[at]);
    if (!isBuilt()) {
      building = building.then(async () => {
        if (isBuilt()) return;
        const told = new Set(built.catalog.warnings);
        const catalog = await build(contents);
        built = { from: contents, catalog };
        for (const warning of catalog.warnings)
          if (!told.has(warning)) log.warn("catalog.left_out", { warning });
      });
      await building;
    }
    return built.catalog;
  };
}

async function build(contents: readonly SourceContents[]): Promise<Catalog> {
  const { warnings, ...found } = await inSlices(
    buildCatalog(
      contents.flatMap(({ users }) => users),
      contents.flatMap(({ groups }) => groups),
    ),
  );
  return { ...found, warnings: [...contents.flatMap((each) => each.warnings), ...warnings] };
}
