/** Owns what is generated of the documents: `docs/errors.md` from the rooms' catalogues, `docs/scopes.md`, `docs/emulator-points.md`, the keys of the configuration and their schema, the guides as pages, the examples, the reference below docs/api/, the tables in ARCHITECTURE.md and docs/emulator.md. */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Catalogue, ErrorEntry, Reaction } from "../src/base/errors.ts";
import { apiPages } from "./api/document.ts";
import { configurationMarks, configurationTables, schemaFile } from "./configuration-document.ts";
import { coverageMarks, coverageSection } from "./coverage/document.ts";
import { areas } from "./coverage/table.ts";
import { withExamples } from "./examples-document.ts";
import { guidesSource } from "./guides-source.ts";
import { pointsDocument } from "./points-document.ts";
import { type Room, rooms } from "./rooms.ts";
import { rulesMarks, rulesTable } from "./rules-document.ts";
import { scopesDocument } from "./scopes-document.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** A generated document: the file, and what it should hold. */
export interface Document {
  readonly path: string;
  readonly text: string;
}

/** Every generated document as it should be. */
export async function writeDocuments(): Promise<readonly Document[]> {
  const architecture = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  const emulator = readFileSync(join(root, "docs/emulator.md"), "utf8");
  const withFiles = (path: string) => ({
    path,
    text: withExamples(readFileSync(join(root, path), "utf8"), root),
  });
  return [
    withFiles("README.md"),
    withFiles("examples/README.md"),
    { path: "docs/errors.md", text: errorsDocument(await readCatalogues()) },
    {
      path: "docs/configuration.md",
      text: withTable(
        readFileSync(join(root, "docs/configuration.md"), "utf8"),
        configurationTables(),
        configurationMarks,
      ),
    },
    ...apiPages(root),
    { path: "windlass.schema.json", text: schemaFile() },
    { path: "docs/scopes.md", text: scopesDocument() },
    { path: "docs/emulator-points.md", text: pointsDocument(root) },
    { path: "src/dashboard/guide-texts.ts", text: guidesSource() },
    { path: "ARCHITECTURE.md", text: withTable(architecture, roomsTable(rooms)) },
    {
      path: "docs/emulator.md",
      text: withTable(withTable(emulator, rulesTable(), rulesMarks), coverageSection(areas), coverageMarks),
    },
  ];
}

export interface RoomCatalogue {
  /** The folder below `src/` that owns the errors: `base/http`, `vault`. */
  readonly place: string;
  readonly entries: Readonly<Record<string, ErrorEntry>>;
}

/** The catalogues of all rooms, by folder. A room's `errors.ts` may hold more than its catalogue. */
export async function readCatalogues(): Promise<readonly RoomCatalogue[]> {
  const catalogues: RoomCatalogue[] = [];
  for (const path of globSync("src/**/errors.ts", { cwd: root }).sort()) {
    const exported: Record<string, unknown> = await import(join(root, path));
    for (const value of Object.values(exported)) {
      if (isCatalogue(value))
        catalogues.push({ place: dirname(path).slice("src/".length), entries: value.entries });
    }
  }
  return catalogues;
}

function isCatalogue(value: unknown): value is Catalogue<string> {
  return typeof value === "object" && value !== null && "entries" in value && "fail" in value;
}

/** Who can mend it, for each reaction of `src/base/errors.ts`. */
const menders = {
  configuration: "the operator, by changing the set-up",
  refused: "the person: they or Bitbucket said no",
  unreachable: "time: try again later",
  malformed: "whoever sent or typed it",
  stale: "the person, by beginning anew",
} as const satisfies Readonly<Record<Reaction, string>>;

function errorsDocument(catalogues: readonly RoomCatalogue[]): string {
  const sections = catalogues.map(({ place, entries }) => {
    const rows = Object.entries(entries).map(
      ([code, { reaction, message, cure }]) =>
        `| \`${code}\` | ${reaction} | ${cell(message)} | ${cell(cure)} |`,
    );
    return `## ${place}\n\n| code | kind | what it says | what to do |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`;
  });
  return `# Errors

Every failure Windlass names, by the room it comes from. A code never changes its meaning; the sentence may be said more
precisely where the case is known better. Logs carry a further detail, never a secret. The kind says who can mend it:

${Object.entries(menders)
  .map(([reaction, mender]) => `- \`${reaction}\`: ${mender}`)
  .join("\n")}

Generated from each room's \`errors.ts\` by \`npm run docs\`.

${sections.join("\n")}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** The table of rooms as ARCHITECTURE.md shows it. */
export function roomsTable(table: Readonly<Record<string, Room>>): string {
  const rows = Object.entries(table).map(([name, { floor, owns, mayImport, never = "" }]) => {
    const imports = mayImport.map((entry) => entry.replace(/^(type )?(.*)$/, "$1`$2`")).join(", ");
    return `| ${floor === 0 ? "–" : floor} | \`${name}\` | ${owns} | ${imports === "" ? "nothing of ours" : imports} | ${never} |`;
  });
  return `| floor | room | owns | may import | never |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}`;
}

const tableMarks = ["<!-- rooms: written by `npm run docs` -->", "<!-- /rooms -->"] as const;

/** Puts a table between its two marks. Throws where a mark is missing. */
export function withTable(
  text: string,
  table: string,
  marks: readonly [string, string] = tableMarks,
): string {
  const [begin, end] = marks.map((mark) => text.indexOf(mark));
  if (begin === undefined || end === undefined || begin < 0 || end < begin) {
    throw new Error(`The document lacks the marks ${marks.join(" … ")}.`);
  }
  return `${text.slice(0, begin + marks[0].length)}\n${table}\n${text.slice(end)}`;
}

if (import.meta.main) {
  for (const { path, text } of await writeDocuments()) {
    writeFileSync(join(root, path), text);
    console.log(path);
  }
}
