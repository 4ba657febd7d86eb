/** Owns judging a person's password: failures are counted, and after too many only a browser gets in. */
import { secretsEqual } from "../../core/entropy.ts";
import { dcErrors } from "../answers.ts";
import type { DataCenterContext } from "../context.ts";
import { badCredentials } from "../errors.ts";
import { type DcPerson, mayLogIn, personByName } from "../world.ts";

/** The person whose name and password these are; `wrong`, or `captcha` while one is due, whatever the password is. */
export function judgePassword(
  context: DataCenterContext,
  name: string,
  password: string,
): DcPerson | "wrong" | "captcha" {
  const person = personByName(context.world, name);
  if (person === undefined || !mayLogIn(person)) return "wrong";
  if (needsCaptcha(context, person)) return "captcha";
  if (secretsEqual(person.password, password)) {
    forgetFailures(context, person);
    return person;
  }
  countFailure(context, person);
  return "wrong";
}

export function needsCaptcha({ world, rules }: DataCenterContext, person: DcPerson): boolean {
  return rules.captchaAfter > 0 && (world.state.failedLogins.get(person.id) ?? 0) >= rules.captchaAfter;
}

export function countFailure({ world }: DataCenterContext, person: DcPerson): void {
  world.state.failedLogins.set(person.id, (world.state.failedLogins.get(person.id) ?? 0) + 1);
}

/** By a login that worked, or by an administrator. */
export function forgetFailures({ world }: DataCenterContext, person: DcPerson): void {
  world.state.failedLogins.delete(person.id);
}

export function passwordRefusal(context: DataCenterContext, why: "wrong" | "captcha"): Response {
  return why === "wrong" ? badCredentials() : captchaRequired(context);
}

function captchaRequired({ rules, baseUrl }: DataCenterContext): Response {
  const reason = `CAPTCHA_CHALLENGE; login-url=${baseUrl}/login`;
  return dcErrors(
    rules.captchaStatus,
    [
      {
        exceptionName: "auth.CaptchaRequiredAuthenticationException",
        message:
          "CAPTCHA required. Your Bitbucket account has been marked: log in with a browser, and answer the question there.",
      },
    ],
    rules.captchaHeader ? { "X-Authentication-Denied-Reason": reason } : {},
  );
}
