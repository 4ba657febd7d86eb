/** Owns the weakenings of who may come in: what a rule means, what is asked, and what a configuration may say. */
import type { Mutant } from "../mutants.ts";

const judge = "src/signin/rules/judge.ts";
const meeting = "src/signin/rules/meeting.ts";
const askCloud = "src/signin/rules/ask-cloud.ts";
const askSelfHosted = "src/signin/rules/ask-self-hosted.ts";
const bounds = "src/signin/rules/bounds.ts";
const rule = "src/signin/rules/rule.ts";
const config = "src/app/rules-config.ts";

export const ruleMutants: readonly Mutant[] = [
  {
    name: "a workspace is what it is named",
    changes: [
      {
        file: askCloud,
        find: 'asText(at(value, "workspace", "slug")),',
        replace: 'asText(at(value, "workspace", "name")) ?? asText(at(value, "workspace", "slug")),',
      },
    ],
    caughtBy: ["F1"],
  },
  {
    name: "an id in the configuration counts for nothing",
    changes: [{ file: meeting, find: "rule.id ?? pins.get", replace: "pins.get" }],
    caughtBy: ["F1"],
  },
  {
    name: "a name counts, whoever has it now",
    changes: [{ file: meeting, find: "id === null ?", replace: "id !== undefined ?" }],
    caughtBy: ["F2"],
  },
  {
    name: "nothing is pinned",
    changes: [
      {
        file: "src/signin/rules/pins.ts",
        find: "rule.id === null && !pins.has(pinName(rule))",
        replace: "false",
      },
    ],
    caughtBy: ["F2"],
  },
  {
    name: "upper and lower case are one name",
    changes: [
      {
        file: meeting,
        find: "byName, pinName(place),",
        replace: "byName, pinName(place).toLowerCase(),",
      },
    ],
    caughtBy: ["F3"],
  },
  {
    name: "spaces are no part of a name",
    changes: [
      {
        file: meeting,
        find: "byName, pinName(place),",
        replace: "byName, pinName(place).replace(/ +/g, ' ').trim(),",
      },
    ],
    caughtBy: ["F3"],
  },
  {
    name: "a name is known by how it begins",
    changes: [
      {
        file: meeting,
        find: "byName, pinName(place),",
        replace: "byName, pinName(place).slice(0, 17),",
      },
    ],
    caughtBy: ["F3"],
  },
  {
    name: "only the first page is read",
    changes: [
      { file: "src/bitbucket/api/paging.ts", find: "if (page.next === null) return;", replace: "return;" },
    ],
    caughtBy: ["F4"],
  },
  {
    name: "a list of places goes on as long as it likes",
    changes: [{ file: bounds, find: "count > mostValues ||", replace: "" }],
    caughtBy: ["F4"],
  },
  {
    name: "pages go round in a circle",
    changes: [{ file: "src/bitbucket/api/paging.ts", find: "followed.has(page.next) ||", replace: "" }],
    caughtBy: ["F4"],
  },
  {
    name: "the next page is wherever Bitbucket says",
    changes: [
      {
        file: "src/bitbucket/api/client.ts",
        find: 'if (url?.origin !== origin || url.username !== "" || url.password !== "")',
        replace: "if (url === null)",
      },
    ],
    caughtBy: ["F5"],
  },
  {
    name: "what cannot be asked is no hindrance",
    changes: [
      {
        file: judge,
        find: "    throw unasked(error);",
        replace: "    return places.map((rule) => ({ ...rule, id: rule.place }));",
      },
    ],
    caughtBy: ["F6"],
  },
  {
    name: "what cannot be asked is a rule that is not met",
    changes: [
      {
        file: bounds,
        find: "if (error instanceof Unasked && isNoPlace(error.cause)) return [];",
        replace: "return [];",
      },
    ],
    caughtBy: ["F6"],
  },
  {
    name: "what Bitbucket said is shown to whoever it refused",
    changes: [
      {
        file: judge,
        find: "const { message } = signinErrors.entries[code];",
        replace: "const message = String(error.detail);",
      },
    ],
    caughtBy: ["F6"],
  },
  {
    name: "a permission nobody knows is the highest",
    changes: [
      {
        file: rule,
        find: 'permissions.find((each) => each === text) ?? "read"',
        replace: 'permissions.find((each) => each === text) ?? "admin"',
      },
    ],
    caughtBy: ["F7"],
  },
  {
    name: "any permission is enough",
    changes: [
      {
        file: rule,
        find: "permissions.indexOf(has) >= permissions.indexOf(wanted)",
        replace: "permissions.indexOf(has) >= 0",
      },
    ],
    caughtBy: ["F7"],
  },
  {
    name: "what can be seen at Cloud was given",
    changes: [{ file: askCloud, find: "role: roles[permission], q", replace: "q" }],
    caughtBy: ["F7"],
  },
  {
    name: "what can be seen at Data Center was given",
    changes: [{ file: askSelfHosted, find: 'permission === "read" &&', replace: "false &&" }],
    caughtBy: ["F7"],
  },
  {
    name: "whatever is true administers a workspace",
    changes: [
      {
        file: askCloud,
        find: 'at(value, "administrator") === true',
        replace: 'Boolean(at(value, "administrator"))',
      },
    ],
    caughtBy: ["F7"],
  },
  {
    name: "a place is whatever is written",
    changes: [
      { file: config, find: "if (!shape.pattern.test(rule.place))", replace: "if (rule.place === null)" },
    ],
    caughtBy: ["F8"],
  },
  {
    name: "no rules are rules",
    changes: [{ file: config, find: '.min(1, "names no rule, so that nobody could come in")', replace: "" }],
    caughtBy: ["F10"],
  },
  {
    name: "everyone comes in, whatever stands behind it",
    changes: [
      {
        file: config,
        find: '.literal(true, "must be true: whoever has an account at this Bitbucket comes in")',
        replace: ".unknown()",
      },
    ],
    caughtBy: ["F10"],
  },
];
