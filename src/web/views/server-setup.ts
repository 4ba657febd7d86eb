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
  { serverSetup: setup, config }: Pick<App, "serverSetup" | "config">,
  form: ServerSetupForm,
): { readonly problems: Readonly<Record<string, string>>; readonly keys: LinkKeys | null } {
  const { problem: keyProblem, keys } = checkKey(setup, form);
  const found = {
    baseUrl: urlProblem(form.baseUrl.trim()) ?? placeProblem(form.baseUrl.trim(), config.baseUrl),
    consumerKey: consumerKeyProblem(form.consumerKey.trim()),
    privateKey: keyProblem,
    ca: caProblem(form.ca),
  };
  const problems: Record<string, string> = {};
  for (const [field, problem] of Object.entries(found)) if (problem !== null) problems[field] = problem;
  return { problems, keys };
}

const notACertificate = "This is no certificate in PEM: it begins with -----BEGIN CERTIFICATE-----.";
const longestConsumerKey = 200;
/** A chain of a dozen certificates has less. All of it is read again for every new connection. */
const longestCa = 65_536;

function caProblem(typed: string): string | null {
  if (typed.length > longestCa)
    return "These are more certificates than can be taken; paste the authority's own alone.";
  return typed.trim() === "" || typed.includes("-----BEGIN CERTIFICATE-----") ? null : notACertificate;
}

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

/** Addresses of the machine itself and of what only it reaches, such as a cloud's metadata, as `URL` spells them. */
const onlyFromHere = /^(0\.|127\.|169\.254\.|\[::\]|\[::1\]|\[::ffff:|\[fe[89ab]|(.+\.)?localhost\.?$)/;

/** Whoever signs in may fill in this form: where others come by network, it leads to nothing of the machine's own. */
function placeProblem(typed: string, own: string): string | null {
  const { hostname } = new URL(typed);
  if (!onlyFromHere.test(hostname) || isLoopback(new URL(own).hostname)) return null;
  return "This address is the server's own machine; whoever runs Windlass can set up a Bitbucket there in its configuration.";
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
