/** Owns the result of an analysis as JSON, written piece by piece. */
import type { AnalysesTable } from "../storage/schema.ts";
import { listAnalysisRepositories } from "../storage/tables/analysis-repositories.ts";
import { namesOf, readCommits } from "./found.ts";
import { type ViewParts, viewAnalysis } from "./view.ts";

const commitsAtOnce = 200;

/** One JSON object: what {@link viewAnalysis} says, with all commits, newest first, in place of a page of them. */
export async function* writeResult(parts: ViewParts, row: AnalysesTable): AsyncGenerator<string> {
  const db = parts.database.kysely;
  const { commits: _, ...rest } = await viewAnalysis(parts, row, { pageSize: 1 });
  const names = namesOf(await listAnalysisRepositories(db, row.id));
  yield `${JSON.stringify(rest).slice(0, -1)},"commits":[`;
  for (let offset = 0; ; offset += commitsAtOnce) {
    const commits = await readCommits(db, names, { analysisId: row.id, limit: commitsAtOnce, offset });
    const text = commits.map((commit) => JSON.stringify(commit)).join(",\n");
    if (text !== "") yield offset === 0 ? `\n${text}` : `,\n${text}`;
    if (commits.length < commitsAtOnce) break;
  }
  yield "\n]}\n";
}
