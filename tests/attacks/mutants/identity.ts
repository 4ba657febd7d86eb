/** Owns the weakenings of who somebody is: ids, names, addresses, and what is linked to whom. */
import type { Mutant } from "../mutants.ts";

const user = "src/signin/user.ts";
const keeping = "src/signin/keeping.ts";
const accounts = "src/signin/accounts.ts";
const email = "src/bitbucket/profile/email.ts";

/** Found by something else where the key finds nobody. */
const orElse = (condition: string) => ({
  file: user,
  find: "await findIdentity(db, key)",
  replace: `(await findIdentity(db, key)) ?? (await db.selectFrom("identities").selectAll()${condition}.limit(1).executeTakeFirst())`,
});

const believed = { file: keeping, find: '&& emailStanding === "confirmed"', replace: "" };

export const identityMutants: readonly Mutant[] = [
  {
    name: "an address counts without proof",
    changes: [believed],
    caughtBy: ["E2", "E3", "E10"],
  },
  {
    name: "whoever has the same address is the same person",
    changes: [believed, { file: user, find: "arrival.joinsByEmail !== true || ", replace: "" }],
    caughtBy: ["E1", "E3"],
  },
  {
    name: "of two primary addresses the first counts",
    changes: [{ file: email, find: "primaries.length === 1 && ", replace: "" }],
    caughtBy: ["E2"],
  },
  {
    name: "what stands behind a plus is no part of an address",
    changes: [
      {
        file: "src/signin/email.ts",
        find: "local.toLowerCase()}@",
        replace: 'local.toLowerCase().split("+")[0]}@',
      },
    ],
    caughtBy: ["E10"],
  },
  {
    name: "a link outlives the session it was begun in",
    changes: [
      { file: accounts, find: "!(await sessions.isAlive({ id: sessionId, userId }, db))", replace: "false" },
    ],
    caughtBy: ["E13"],
  },
  {
    name: "people are found by their user name",
    changes: [
      orElse(
        '.where("instance_id", "=", profile.instance).where("username", "=", profile.username?.toLowerCase() ?? "")',
      ),
    ],
    caughtBy: ["E4", "E5"],
  },
  {
    name: "nobody is told that a user name has changed hands",
    changes: [
      { file: "src/signin/taken-name.ts", find: "if (username === null)", replace: "if (username !== '')" },
    ],
    caughtBy: ["E4"],
  },
  {
    name: "the instance is no part of who somebody is",
    changes: [orElse('.where("subject", "=", profile.id)')],
    caughtBy: ["E6"],
  },
  {
    name: "Data Center's people are known by their names",
    changes: [
      {
        file: "src/bitbucket/profile/data-center.ts",
        find: "const id = subjectOfUser(user);",
        replace: "const id = asText(user.name);",
      },
    ],
    caughtBy: ["E5"],
  },
  {
    name: "each spelling of an id is another id",
    changes: [{ file: "src/bitbucket/uuid.ts", find: "?.toLowerCase() ?? null", replace: "?? null" }],
    caughtBy: ["E7"],
  },
  {
    name: "whatever Bitbucket calls an id is one",
    changes: [{ file: "src/bitbucket/profile/profile.ts", find: " || !usableId.test(id)", replace: "" }],
    caughtBy: ["E7"],
  },
  {
    name: "apps and teams are people",
    changes: [
      {
        file: "src/signin/arriving.ts",
        find: 'type !== undefined && type !== "user"',
        replace: 'type === "nobody"',
      },
    ],
    caughtBy: ["E8"],
  },
  {
    name: "services are people of Data Center",
    changes: [
      {
        file: "src/bitbucket/profile/data-center.ts",
        find: "user === null || !isPersons(user)",
        replace: "user === null",
      },
    ],
    caughtBy: ["E8"],
  },
  {
    name: "whoever is found is who was named",
    changes: [
      {
        file: "src/bitbucket/api/data-center-user.ts",
        find: "return sameName && (",
        replace: "return true || (",
      },
    ],
    caughtBy: ["E9"],
  },
  {
    name: "an account of another user is taken for one's own",
    changes: [{ file: accounts, find: "known.user_id !== userId", replace: 'known.user_id === ""' }],
    caughtBy: ["E11"],
  },
  {
    name: "the last way in can be unlinked",
    changes: [{ file: accounts, find: "!isIt(identity) && isWayIn(identity)", replace: "isWayIn(identity)" }],
    caughtBy: ["E14"],
  },
  {
    name: "who was signed in by an unlinked account stays so",
    changes: [{ file: accounts, find: "await sessions.endThose(choice, db)", replace: "[]" }],
    caughtBy: ["E14"],
  },
  {
    name: "a further way in leaves the session its token",
    changes: [
      {
        file: "src/web/routes/link-return.ts",
        find: "if (isNew) await renewSession(app, context);",
        replace: "",
      },
    ],
    caughtBy: ["E14"],
  },
  {
    name: "who was signed in before an e-mail joined two people stays so",
    changes: [{ file: "src/signin/signin.ts", find: "...(hasJoined ?", replace: "...(false ?" }],
    caughtBy: ["E10"],
  },
  {
    name: "what was begun to be linked outlives the unlinking",
    changes: [
      {
        file: accounts,
        find: 'await forgetHandshakes(db, { user_id: userId, purpose: "link" });',
        replace: "",
      },
    ],
    caughtBy: ["E14"],
  },
  {
    name: "a token that is handed in signs in",
    changes: [
      {
        file: "src/web/routes/auth.ts",
        find: "const { pathname, search } = new URL(context.req.url);",
        replace: `const { pathname, search } = new URL(context.req.url);
          const given = context.req.header("authorization")?.replace("Bearer ", "");
          const tokens = { accessToken: { reveal: () => given } };
          if (given !== undefined) return finishSignIn(app, context, { instanceId, tokens, returnTo: "/" });`,
      },
    ],
    caughtBy: ["E15"],
  },
  {
    name: "names are kept as they come",
    changes: [
      {
        file: keeping,
        find: 'readableLine((text ?? "").slice(0, longestLink))',
        replace: '(text ?? "").slice(0, longestLink)',
      },
    ],
    caughtBy: ["E16"],
  },
];
