/** "Sign in with Bitbucket" in Next: what every page and route asks. */
import { createWindlass } from "windlass";
import { nextWindlass } from "windlass/next";

const {
  PORT = "3000",
  CLIENT_ID = "",
  CLIENT_SECRET = "",
  DATABASE = "app.db",
  BITBUCKET_URLS,
} = process.env;

export const auth = nextWindlass(() =>
  createWindlass({
    baseUrl: `http://localhost:${PORT}`,
    database: DATABASE,
    instances: {
      bitbucket: {
        clientId: CLIENT_ID,
        clientSecret: CLIENT_SECRET,
        ...(BITBUCKET_URLS && { urls: JSON.parse(BITBUCKET_URLS) }), // of a local Bitbucket
      },
    },
  }),
);
