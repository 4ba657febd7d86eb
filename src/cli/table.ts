/** Owns printing columns: each as wide as its longest cell, the last one wrapped to the terminal. */

/** Room that a table is given at least, whatever the terminal says. */
const narrowest = 80;
const widest = 120;
const gap = 2;
const indent = 2;

/** The columns there are to print in. */
export function printWidth(columns: number | undefined): number {
  return Math.min(widest, Math.max(narrowest, columns ?? narrowest));
}

/** Lines of a table, each ended. The last cell of a row goes on below itself. */
export function table(rows: readonly (readonly string[])[], width: number): string {
  const count = Math.max(0, ...rows.map((row) => row.length)) - 1;
  const widths = Array.from({ length: count }, (_, at) =>
    Math.max(0, ...rows.map((row) => (row[at] ?? "").length)),
  );
  const start = indent + widths.reduce((sum, each) => sum + each + gap, 0);
  const room = Math.max(20, width - start);
  return rows.map((row) => printRow(row, { widths, start, room })).join("");
}

function printRow(
  row: readonly string[],
  { widths, start, room }: { widths: readonly number[]; start: number; room: number },
): string {
  const [first = "", ...rest] = wrap(row[widths.length] ?? "", room);
  const cells = widths.map((each, at) => (row[at] ?? "").padEnd(each + gap)).join("");
  const lines = [
    `${" ".repeat(indent)}${cells}${first}`,
    ...rest.map((line) => `${" ".repeat(start)}${line}`),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

/** The text in lines of at most `room` characters, broken between words. A longer word stands alone. */
export function wrap(text: string, room: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
