/** Owns the weakenings of the door to the network, and of reading what came through it. */
import type { Mutant } from "../mutants.ts";

const reach = "src/base/http/reach.ts";
const connections = "src/base/http/connections.ts";
const door = "src/base/http/door.ts";
const nodeDoor = "src/base/http/node-door.ts";
const answer = "src/bitbucket/oauth2/answer.ts";
const server = "src/bitbucket/oauth2/server.ts";

export const doorMutants: readonly Mutant[] = [
  {
    name: "any address is called",
    changes: [{ file: reach, find: "range === null || isAllowed(", replace: "range !== '' || isAllowed(" }],
    caughtBy: ["G1", "G2", "G6"],
  },
  {
    name: "what a person types in is the operator's word",
    changes: [
      {
        file: reach,
        find: "asked.isConfigured && namesThisMachine(asked)",
        replace: "namesThisMachine(asked)",
      },
    ],
    caughtBy: ["G1"],
  },
  {
    name: "only the first address of a name is judged",
    changes: [
      {
        file: reach,
        find: "const { address } of found)",
        replace: "const { address } of found.slice(0, 1))",
      },
    ],
    caughtBy: ["G2"],
  },
  {
    name: "another lookup is dialled than the one that was judged",
    changes: [
      {
        file: reach,
        find: "(found) => give(found, options, callback)",
        replace: "async () => give(await resolve(hostname), options, callback)",
      },
    ],
    caughtBy: ["G2"],
  },
  {
    name: "redirects are followed",
    changes: [
      {
        file: door,
        find: "const arriving = await send(url, { ...request, signal, maxBytes });",
        replace: `let arriving = await send(url, { ...request, signal, maxBytes });
        for (let to = url; arriving.isRedirect; ) {
          to = new URL(new Headers(arriving.headers).get("location") ?? "", to).href;
          arriving = await send(to, { ...request, signal, maxBytes });
        }`,
      },
    ],
    caughtBy: ["G3"],
  },
  {
    name: "http is configured for anywhere",
    changes: [{ file: "src/app/instance-config.ts", find: ".refine(isSafe, safe)", replace: "" }],
    caughtBy: ["G4"],
  },
  {
    name: "the process decides whether certificates are checked",
    changes: [{ file: connections, find: "{ rejectUnauthorized: true } as const", replace: "{}" }],
    caughtBy: ["G5"],
  },
  {
    name: "who trusts different certificates shares a connection",
    changes: [{ file: connections, find: "const key = ", replace: "const key = 'one' || " }],
    caughtBy: ["G5"],
  },
  {
    name: "a proxy resolves what people type in",
    changes: [
      {
        file: connections,
        find: "asked.isConfigured && isIP(asked.hostname) === 0",
        replace: "isIP(asked.hostname) === 0",
      },
    ],
    caughtBy: ["G6"],
  },
  {
    name: "the deadline is no deadline",
    changes: [
      {
        file: door,
        find: "deadline.abort(), deadlineMilliseconds)",
        replace: "deadline.abort(), 20 * deadlineMilliseconds)",
      },
    ],
    caughtBy: ["G7"],
  },
  {
    name: "bodies have no cap",
    changes: [
      { file: nodeDoor, find: "if (size > maxBytes) controller", replace: "if (size < 0) controller" },
    ],
    caughtBy: ["G8"],
  },
  {
    name: "unpacked bodies have no cap",
    changes: [{ file: nodeDoor, find: ", { maxOutputLength: maxBytes }", replace: "" }],
    caughtBy: ["G8"],
  },
  {
    name: "keys may be there twice",
    changes: [{ file: answer, find: "!isPlainJson(text)", replace: "!isPlainJson('')" }],
    caughtBy: ["G9"],
  },
  {
    name: "fields are read from the prototype",
    changes: [
      {
        file: answer,
        find: "const raw = asObject(body);",
        replace: "const raw = asObject(body) === null ? null : { ...body, ...(body['__proto__'] ?? {}) };",
      },
      { file: answer, find: "!isPlainJson(text)", replace: "!isPlainJson('')" },
    ],
    caughtBy: ["G10"],
  },
  {
    name: "any type of token will do",
    changes: [{ file: answer, find: 'judged.token_type !== "bearer"', replace: "judged.token_type === ''" }],
    caughtBy: ["G11"],
  },
  {
    name: "any life will do",
    changes: [
      {
        file: answer,
        find: "const { access_token, token_type, expires_in, refresh_token } = raw;",
        replace: "const { access_token, token_type, refresh_token } = raw; const expires_in = 7200;",
      },
    ],
    caughtBy: ["G12"],
  },
  {
    name: "any time to wait is believed",
    changes: [
      {
        file: "src/bitbucket/retry-after.ts",
        find: "Math.min(Number(value), longestSeconds)",
        replace: "Number(value)",
      },
    ],
    caughtBy: ["G13"],
  },
  {
    name: "secrets that are sent back are quoted",
    changes: [
      {
        file: "src/bitbucket/foreign-text.ts",
        find: "value.length < shortestSecret",
        replace: "value.length > 0",
      },
    ],
    caughtBy: ["G14"],
  },
  {
    name: "the client proves itself twice",
    changes: [
      {
        file: server,
        find: "return (_server, _client, _body, headers) => {",
        replace: `return (_server, _client, _body, headers) => {
          _body.set("client_secret", registration(instance).clientSecret.reveal());`,
      },
    ],
    caughtBy: ["G15"],
  },
];
