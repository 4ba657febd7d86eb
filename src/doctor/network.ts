/** Owns the first checks of any instance: whether it answers, whether its certificate is trusted, and its clock. */
import type { Clock } from "../base/clock.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Answer } from "../base/http/door.ts";
import { type DoctorParts, type Finding, fine, problem, unknown } from "./finding.ts";
import { unreached } from "./unreached.ts";

/** Asks an address with the certificates the instance is given. A redirect is an answer like any other. */
export async function ask(
  { instance, fetch }: Pick<DoctorParts, "instance" | "fetch">,
  url: string,
  init: Parameters<DoctorParts["fetch"]>[1] = {},
): Promise<Answer> {
  const { ca, isConfigured } = instance;
  return fetch(url, { givesRedirects: true, ca, isConfigured, ...init });
}

export interface Reached {
  /** Empty when all is well or the addresses are plain http. */
  readonly findings: readonly Finding[];
  /** The last address's answer; null when one of them could not be reached, which the findings say. */
  readonly answer: Answer | null;
}

/** Asks each address once. The first that cannot be reached ends it. */
export async function reach(parts: DoctorParts, urls: readonly string[]): Promise<Reached> {
  let answer: Answer | null = null;
  for (const url of urls) {
    try {
      answer = await ask(parts, url);
    } catch (error) {
      if (!isWindlassError(error)) throw error;
      return { answer: null, findings: [unreached(parts.instance, url, error)] };
    }
  }
  const hosts = [...new Set(urls.map((url) => new URL(url).host))];
  const findings = [
    fine("reachable", `${hosts.join(" and ")} ${hosts.length === 1 ? "answers" : "answer"}.`),
    ...trusted(parts, urls),
    clockFinding(answer, parts.clock),
  ];
  return { answer, findings };
}

function trusted({ instance }: DoctorParts, urls: readonly string[]): readonly Finding[] {
  if (!urls.every((url) => url.startsWith("https:"))) return [];
  return [fine("TLS", `The certificate is trusted${instance.ca === null ? "" : ", with the given ca"}.`)];
}

/** A minute of difference is harmless: tokens are renewed well before they end, and signatures live for minutes. */
const harmlessSeconds = 60;

function clockFinding(answer: Answer | null, clock: Clock): Finding {
  const seen = Date.parse(answer?.headers.get("date") ?? "");
  if (Number.isNaN(seen)) return unknown("clock", "Bitbucket's answer carries no date to compare with.");
  const seconds = Math.round((clock.now().getTime() - seen) / 1000);
  const sentence = `This machine's clock differs from Bitbucket's by ${Math.abs(seconds)} s.`;
  if (Math.abs(seconds) <= harmlessSeconds) return fine("clock", sentence);
  const way = seconds > 0 ? "ahead" : "behind";
  return problem("clock", sentence, `This one is ${way}: set both clocks, for example with NTP.`);
}
