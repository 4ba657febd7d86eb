/** Owns the rows of what tests do to the emulator: control, and what its own pages need. Its answers are not recorded. */
import type { Proven } from "./row.ts";
import { ownDocument } from "./sources.ts";

export const control: readonly Proven[] = [
  {
    source: ownDocument,
    grade: "ours",
    test: "tests/emulator/faults.test.ts",
    operations: {
      "GET /_emulator/clock": [],
      "POST /_emulator/clock": [],
      "GET /_emulator/faults": [],
      "POST /_emulator/faults": [],
      "DELETE /_emulator/faults": [],
      "DELETE /_emulator/faults/{id}": [],
      "POST /_emulator/revoke": [],
      "GET /_emulator/requests": [],
      "DELETE /_emulator/requests": [],
    },
  },
  {
    source: ownDocument,
    grade: "ours",
    test: "tests/emulator/api-tokens.test.ts",
    operations: { "POST /_emulator/api-tokens": [], "DELETE /_emulator/api-tokens/{id}": [] },
  },
  {
    source: ownDocument,
    grade: "ours",
    test: "tests/emulator/access-tokens.test.ts",
    operations: { "POST /_emulator/access-tokens": [], "DELETE /_emulator/access-tokens/{id}": [] },
  },
  {
    source: ownDocument,
    grade: "ours",
    test: "tests/emulator/dc-website.test.ts",
    point: "control adds links and tokens",
    operations: {
      "POST /_emulator/{product}/clients": [],
      "DELETE /_emulator/{product}/clients/{id}": [],
      "POST /_emulator/{product}/consumers": [],
      "DELETE /_emulator/{product}/consumers/{id}": [],
      "POST /_emulator/{product}/tokens": [],
      "DELETE /_emulator/{product}/tokens/{id}": [],
      "POST /_emulator/{product}/revoke": [],
    },
  },
  {
    source: ownDocument,
    grade: "ours",
    test: "tests/flows/data-center-people.test.ts",
    operations: { "POST /_emulator/people/rename": [], "POST /_emulator/people/recreate": [] },
  },
  {
    source: ownDocument,
    grade: "ours",
    test: "tests/emulator/members.test.ts",
    operations: { "POST /_emulator/members": [] },
  },
  {
    source: ownDocument,
    grade: "ours",
    test: "tests/emulator/faults.test.ts",
    point: "control",
    operations: { "GET /_emulator": [] },
  },
  {
    source: ownDocument,
    grade: "ours",
    test: "tests/emulator/website.test.ts",
    point: "stylesheet and script are served",
    operations: { "GET /_emulator/assets/{name}": [] },
  },
  {
    source: ownDocument,
    grade: "ours",
    test: "tests/emulator/webhooks-delivery.test.ts",
    point: "control",
    operations: {
      "GET /_emulator/deliveries": [],
      "POST /_emulator/deliveries": [],
      "DELETE /_emulator/deliveries": [],
      "POST /_emulator/deliveries/{id}/redeliver": [],
    },
  },
  {
    source: ownDocument,
    grade: "ours",
    test: "tests/emulator/faults-broken.test.ts",
    operations: { "GET /_emulator/rules": [], "POST /_emulator/rules": [] },
  },
];
