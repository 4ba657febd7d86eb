/** Owns the examples in the documents: between its two marks stands the file itself. */
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";

const marked = /^<!-- example: (\S+) -->\n.*?^<!-- \/example -->$/gms;

/** Puts each file between `<!-- example: path -->` and `<!-- /example -->`; paths are relative to `root`. */
export function withExamples(text: string, root: string): string {
  return text.replaceAll(marked, (_, path: string) => {
    const code = readFileSync(join(root, path), "utf8").trimEnd();
    return `<!-- example: ${path} -->\n\`\`\`${extname(path).slice(1)}\n${code}\n\`\`\`\n<!-- /example -->`;
  });
}
