/**
 * Owns the check of every answer the emulators gave in a test run against Atlassian's OpenAPI documents: prints what it found.
 * It exits with 77 where there is nothing to check: no documents (WINDLASS_OPENAPI) or no answers (WINDLASS_ANSWERS).
 */
import { reportAnswers } from "./openapi/report.ts";

const { text, outcome } = reportAnswers(process.env);
console.log(text);
process.exitCode = outcome === "passed" ? 0 : outcome === "not checked" ? 77 : 1;
