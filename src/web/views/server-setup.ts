/** Owns reading and judging the form of a Bitbucket Server's set-up. */
import type { App } from "../../app/app.ts";
import { isWindlassError } from "../../base/errors.ts";
import { isLoopback } from "../../base/http/loopback.ts";
import type { ServerSetupForm } from "../../dashboard/server-setup.ts";
import type { LinkKeys } from "../../instances/instances.ts";

type Fields = Readonly<Record<string, string | readonly string[]>>;

/** What was typed, all of it. */
export function typedForm(fields: Fields): ServerSetupForm {
  const text = (name: string) => [fields[name] ?? ""].flat()[0] ?? "";
  return {
    baseUrl: text("baseUrl"),
    ca: text("ca"),
    consumerKey: text("consumerKey"),
    keys: text("keys"),
    privateKey: text("privateKey"),
  };
}

/** What is wrong, by field; and the person's own keys, when they brought some that can be used. */
export function checkSetup(
  setup: App["serverSetup"],
  form: ServerSetupForm,
): { readonly problems: Readonly<Record<string, string>>; readonly keys: LinkKeys | null } {
  const { problem: keyProblem, keys } = checkKey(setup, form);
  const found = {
    baseUrl: urlProblem(form.baseUrl.trim()),
    consumerKey: consumerKeyProblem(form.consumerKey.trim()),
    privateKey: keyProblem,
    ca: form.ca.trim() === "" || form.ca.includes("-----BEGIN CERTIFICATE-----") ? null : notACertificate,
  };
  const problems: Record<string, string> = {};
  for (const [field, problem] of Object.entries(found)) if (problem !== null) problems[field] = problem;
  return { problems, keys };
}

const notACertificate = "This is no certificate in PEM: it begins with -----BEGIN CERTIFICATE-----.";
const longestConsumerKey = 200;

function urlProblem(typed: string): string | null {
  if (typed === "") return "Enter the address of the Bitbucket Server.";
  if (!/^https?:\/\//i.test(typed))
    return `Give the URL with http(s)://, such as https://${typed.replace(/^[a-z]+:\/*/i, "")}.`;
  const url = URL.parse(typed);
  if (url === null) return "This is no address; copy it from the browser, up to the context path.";
  if (url.search !== "" || url.hash !== "") return "Leave away what stands behind ? or #.";
  if (url.username !== "" || url.password !== "") return "Leave away user name and password.";
  if (url.protocol === "http:" && !isLoopback(url.hostname))
    return "It has to be https://, or what is sent could be read on the way; http:// is for a Bitbucket on this machine alone.";
  return null;
}

function consumerKeyProblem(typed: string): string | null {
  if (typed === "") return "Enter the consumer key of the application link.";
  return typed.length > longestConsumerKey
    ? `A consumer key has at most ${longestConsumerKey} characters.`
    : null;
}

function checkKey(
  setup: App["serverSetup"],
  { keys, privateKey }: ServerSetupForm,
): { readonly problem: string | null; readonly keys: LinkKeys | null } {
  if (keys === "made") return { problem: null, keys: null };
  if (privateKey.trim() === "")
    return { problem: "Paste your private key, or use the key pair Windlass made.", keys: null };
  try {
    const { pkcs8, publicKeyPem } = setup.readPrivateKey(privateKey);
    return { problem: null, keys: { privateKey: pkcs8, publicKey: publicKeyPem } };
  } catch (error) {
    if (!isWindlassError(error)) throw error;
    return { problem: `${error.message} ${error.cure}`, keys: null };
  }
}
