/** Owns the demo's repository `checkout-api`: a small service whose history holds one bug, and the stack trace it leaves. */
import { commits, culpritSubject, type DemoCommit, people, type Step } from "./commits.ts";
import { type FileEdit, type PlannedCommit, writeHistory } from "./write-history.ts";

export { culpritSubject };

/**
 * Writes the repository, bare, into `folder`: some twenty commits over the 25 days before `now`, by people of the
 * default seed and two who are not. Throws `GitFailure` when git is missing.
 */
export async function buildDemoRepository(folder: string, now: Date): Promise<void> {
  const files = new Map<string, string>();
  await writeHistory(folder, {
    commits: commits.map((commit) => plan(commit, now, files)),
    tags: [
      { name: "v1.0.0", at: "case" },
      {
        name: "v1.1.0",
        at: "round",
        annotation: { tagger: people.john, date: daysBefore(now, 7.5), message: "Payments\n" },
      },
    ],
  });
}

function plan(commit: DemoCommit, now: Date, files: Map<string, string>): PlannedCommit {
  const { id, author, daysAgo, subject, body, branch, parents, steps } = commit;
  return {
    id,
    author: people[author],
    date: daysBefore(now, daysAgo),
    message: body === undefined ? `${subject}\n` : `${subject}\n\n${body}\n`,
    ...(branch === undefined ? {} : { branch }),
    ...(parents === undefined ? {} : { parents }),
    edits: steps.map((step) => toEdit(step, files)),
  };
}

function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * 86_400_000);
}

/** Edits in places become whole files: that is what git takes. Branches here never change the same file apart. */
function toEdit(step: Step, files: Map<string, string>): FileEdit {
  if ("write" in step) {
    if (typeof step.content === "string") files.set(step.write, step.content);
    return step;
  }
  if ("rename" in step) {
    files.set(step.to, files.get(step.rename) ?? "");
    return step;
  }
  const content = (files.get(step.edit) ?? "").replace(step.replace, () => step.with);
  files.set(step.edit, content);
  return { write: step.edit, content };
}

/** As Node prints it on the machine the service is deployed to, when a customer enters a code that has expired. */
export const demoTrace = [
  "TypeError: Cannot read properties of undefined (reading 'percentOff')",
  frame("stackedPercent", "src/cart/discount.ts", "percentOff) / 100"),
  frame("applyDiscounts", "src/cart/discount.ts", "stackedPercent(codes, today));"),
  frame("priceCart", "src/cart/pricing.ts", "applyDiscounts(before"),
  frame("createOrder", "src/orders/create-order.ts", "priceCart(cart)"),
  frame("<anonymous>", "src/http/routes.ts", "createOrder(request.body)"),
  "    at Layer.handle [as handle_request] (/srv/checkout-api/node_modules/express/lib/router/layer.js:95:5)",
  "    at next (/srv/checkout-api/node_modules/express/lib/router/route.js:149:13)",
  "    at Route.dispatch (/srv/checkout-api/node_modules/express/lib/router/route.js:119:3)",
  "    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)",
  "",
].join("\n");

/** Points at where the newest version of a file holds `text`. */
function frame(name: string, file: string, text: string): string {
  const before = newestVersion(file).split(text, 1).join();
  const line = before.split("\n").length;
  const column = before.length - before.lastIndexOf("\n");
  const place = `/srv/checkout-api/${file}:${line}:${column}`;
  return name === "<anonymous>" ? `    at ${place}` : `    at ${name} (${place})`;
}

function newestVersion(file: string): string {
  const files = new Map<string, string>();
  for (const { steps } of commits) for (const step of steps) toEdit(step, files);
  return files.get(file) ?? "";
}
