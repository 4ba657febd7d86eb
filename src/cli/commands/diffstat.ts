/** Owns `windlass diffstat`: a unified diff in, the counts of each file out, as git prints them. */
import { once } from "node:events";
import { parseArgs } from "node:util";
import { decode } from "../../diff/byte-text.ts";
import { createDiffCounter, type FileCount } from "../../diff/counter.ts";
import { numstat } from "../../diff/numstat.ts";
import { type Command, UsageError } from "../command.ts";

const help = `windlass diffstat: a unified diff in, the counts of each file out

Usage: windlass diffstat [-z] [--json] < DIFF

  -z      end each file by NUL instead of a line break, names as they are (as git diff --numstat -z)
  --json  one JSON object: {"files":[{"oldPath","newPath","added","removed","binary"}]}

Prints added<TAB>removed<TAB>path a file, as git diff --numstat does; - for a binary file. Reads what git diff, git show,
diff -u and Bitbucket's diff print, of any size in constant memory.

Example: git show | windlass diffstat
`;

export const command: Command = {
  name: "diffstat",
  summary: "unified diff on standard input → added, removed and path of each file",
  help,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { z: { type: "boolean", short: "z" }, json: { type: "boolean" } },
    });
    if (values.z && values.json) throw new UsageError("-z and --json cannot go together.");
    if (process.stdin.isTTY) throw new UsageError("A unified diff is expected on standard input.");
    const output = values.json
      ? jsonFiles(process.stdin)
      : numstat(process.stdin, { nulTerminated: values.z ?? false });
    for await (const piece of output) {
      if (!process.stdout.write(piece)) await once(process.stdout, "drain");
    }
    return 0;
  },
};

/** The same counts as one object, written as they are found. */
async function* jsonFiles(diff: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let found: FileCount[] = [];
  let isFirst = true;
  const counter = createDiffCounter((file) => found.push(file));
  const print = () => {
    const pieces = found.map((file) => JSON.stringify(readable(file)));
    const text = `${isFirst || pieces.length === 0 ? "" : ","}${pieces.join(",")}`;
    isFirst &&= pieces.length === 0;
    found = [];
    return text;
  };
  yield '{"files":[';
  for await (const chunk of diff) {
    counter.push(chunk);
    yield print();
  }
  counter.end();
  yield `${print()}]}\n`;
}

function readable({ oldPath, newPath, ...counts }: FileCount): object {
  return { oldPath: decode(oldPath), newPath: decode(newPath), ...counts };
}
