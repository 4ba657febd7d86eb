/** Owns starting a benchmark by its name: `npm run bench -- NAME [--json]`. */
import { globSync } from "node:fs";
import { parseArgs } from "node:util";
import { type BenchTable, describeMachine, showTable } from "./table.ts";

interface Bench {
  run(): Promise<BenchTable>;
}

/** Files of this folder that answer no question. */
const notBenches = ["run", "table"];

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { json: { type: "boolean" } },
    allowPositionals: true,
  });
  const names = globSync("*.ts", { cwd: import.meta.dirname })
    .map((file) => file.replace(/\.ts$/, ""))
    .filter((name) => !notBenches.includes(name))
    .sort();
  const [name = ""] = positionals;
  if (!names.includes(name)) {
    console.error(
      `Which benchmark? npm run bench -- NAME [--json], where NAME is one of: ${names.join(", ")}.`,
    );
    return 2;
  }
  // A file of bench/ exports run(); a file that does not says so by failing here.
  const bench = (await import(`./${name}.ts`)) as Bench;
  const table = await bench.run();
  const machine = describeMachine();
  console.log(values.json ? JSON.stringify({ ...table, machine }) : showTable(table, machine));
  return table.goals.every(({ met }) => met) ? 0 : 1;
}
