/** Owns the check of all recorded answers as a whole: counting, problems once each, and exemptions that nothing needed. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { allRows, areas } from "../coverage/table.ts";
import { callerProblems } from "./callers.ts";
import { cloudExemptions } from "./cloud-exemptions.ts";
import { dataCenterExemptions } from "./data-center-exemptions.ts";
import { readDocuments } from "./documents.ts";
import { marksOf } from "./exemptions.ts";
import { type Answer, createJudge, type Judge, type Verdict } from "./judge.ts";
import { type Seen, statusProblems } from "./statuses.ts";

export interface Report {
  readonly outcome: "passed" | "failed" | "not checked";
  readonly text: string;
}

const exemptions = { cloud: cloudExemptions, dataCenter: dataCenterExemptions };

/** Checks what lies in WINDLASS_ANSWERS with the documents in WINDLASS_OPENAPI. */
export function reportAnswers(environment: Readonly<Record<string, string | undefined>>): Report {
  const { WINDLASS_OPENAPI: folder, WINDLASS_ANSWERS: answersFolder = "" } = environment;
  const documents = readDocuments(folder);
  if (documents === null)
    return notChecked("Atlassian's OpenAPI documents are not here: WINDLASS_OPENAPI names no folder.");
  if (answersFolder === "")
    return notChecked("no answers were kept: WINDLASS_ANSWERS names no folder while the tests run.");
  const answers = readAnswers(answersFolder);
  if (answers.length === 0) return { outcome: "failed", text: `No answers lie in ${answersFolder}.` };
  const judge = createJudge(documents, exemptions);
  const judged = answers.map((kept) => ({ ...kept, ...judge.judge(kept.answer) }));
  const isWholeRun = !environment.WINDLASS_ANSWERS_SOME;
  const problems = [
    ...problemLines(judged),
    ...statusProblems(seenIn(judged), allRows, isWholeRun),
    ...(isWholeRun ? [...callerProblems(judged, areas), ...unneeded(judge)] : []),
  ];
  const text = [
    ...problems,
    countLine(judged),
    ...(problems.length > 0 ? [`${problems.length} problems`] : []),
  ];
  return { outcome: problems.length > 0 ? "failed" : "passed", text: text.join("\n") };
}

function notChecked(why: string): Report {
  return { outcome: "not checked", text: `The emulator's answers were not checked: ${why}` };
}

interface Kept {
  readonly answer: Answer;
  /** Every test file or program that got it. */
  readonly froms: ReadonlySet<string>;
}

/** The answers of all processes, each once. */
function readAnswers(folder: string): readonly Kept[] {
  if (!existsSync(folder)) return [];
  const answers = new Map<string, { readonly answer: Answer; readonly froms: Set<string> }>();
  for (const name of globSync("*.jsonl", { cwd: folder }).sort()) {
    for (const line of readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean)) {
      const answer: Answer = JSON.parse(line); // written by tools/record-answers.mjs
      const { from, ...said } = answer;
      const key = JSON.stringify(said);
      const kept = answers.get(key) ?? { answer, froms: new Set() };
      kept.froms.add(from);
      answers.set(key, kept);
    }
  }
  return [...answers.values()];
}

type Judged = Verdict & Kept;

/** What the emulator answered of itself: a fault's status is whoever ordered it. */
function seenIn(judged: readonly Judged[]): readonly Seen[] {
  return judged.flatMap(({ answer: { status }, kind, operation }) =>
    kind === "fault" || operation === null ? [] : [{ operation, status }],
  );
}

/** Each problem of an operation and status once, with the first answer that has it. */
function problemLines(judged: readonly Judged[]): readonly string[] {
  const lines = new Map<string, { readonly line: string; times: number }>();
  for (const { answer, operation, problems } of judged) {
    for (const problem of problems) {
      const what = `${operation ?? `${answer.method} ${answer.path}`} ${answer.status}: ${problem.replaceAll(/\/\d+/g, "/0")}`;
      const known = lines.get(what);
      if (known !== undefined) known.times += 1;
      else lines.set(what, { line: `${what}\n  ${answer.path} in ${answer.from}`, times: 1 });
    }
  }
  return [...lines.values()].map(({ line, times }) => (times === 1 ? line : `${line} (${times} times)`));
}

function unneeded({ validators, unused }: Judge): readonly string[] {
  const schemas = unused().map(
    ({ operation, status }) => `The schema of our own for ${operation} ${status} was never needed.`,
  );
  const marks = (["cloud", "dataCenter"] as const).flatMap((product) =>
    exemptions[product]
      .flatMap(marksOf)
      .filter((mark) => !validators[product].needed.has(mark))
      .map((mark) => `The exemption "${mark}" was never needed.`),
  );
  return [...schemas, ...marks];
}

function countLine(judged: readonly Judged[]): string {
  const of = (kind: Verdict["kind"]) => judged.filter((each) => each.kind === kind);
  const checked = of("checked");
  const operations = new Set(checked.map(({ operation }) => operation));
  const statuses = new Set(checked.map(({ operation, answer }) => `${operation} ${answer.status}`));
  return [
    `${checked.length} answers of ${operations.size} operations, ${statuses.size} with their statuses, were checked`,
    `${of("outside").length} are on paths that the documents do not have`,
    `left out: ${of("fault").length} of faults on command, ${of("file").length} files, ${of("not JSON").length} that are no JSON`,
  ].join("; ");
}
