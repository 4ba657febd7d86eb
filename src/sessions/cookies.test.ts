import { describe, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { fc } from "../../tests/property.ts";
import { randomToken } from "../base/random.ts";
import { createCookies } from "./cookies.ts";

const token = randomToken();

describe("a cookie", () => {
  test("is __Host-, Secure, HttpOnly, Lax, for the whole host and no other, on https and on http loopback", () => {
    for (const baseUrl of [
      "https://app.example",
      "http://localhost:8000",
      "http://127.0.0.1:1",
      "http://[::1]:1",
    ]) {
      const cookies = createCookies({ baseUrl });
      expect(cookies.serialize("session", token, 60)).toBe(
        `__Host-windlass-session=${token}; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60`,
      );
      expect(cookies.clear("browser")).toBe(
        "__Host-windlass-browser=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0",
      );
    }
  });

  test("is plain for Safari on http loopback, when the switch says so, and never on https", () => {
    const plain = createCookies({ baseUrl: "http://localhost:8000", plainCookiesOnLoopback: true });
    expect(plain.serialize("session", token)).toBe(
      `windlass-session=${token}; Path=/; HttpOnly; SameSite=Lax`,
    );
    const secure = createCookies({ baseUrl: "https://app.example", plainCookiesOnLoopback: true });
    expect(secure.names.session).toBe("__Host-windlass-session");
  });

  test("is refused on http anywhere else", async () => {
    for (const baseUrl of [
      "http://app.example",
      "http://192.168.0.1",
      "http://localhost.example",
      "http://127.0.0.1.example",
      "http://notlocalhost",
    ]) {
      for (const plainCookiesOnLoopback of [false, true]) {
        const failure = await failureOf(() => createCookies({ baseUrl, plainCookiesOnLoopback }));
        expect(failure.code).toBe("sessions.insecure_origin");
      }
    }
  });

  test("is read back from among others", () => {
    const cookies = createCookies({ baseUrl: "https://app.example" });
    const header = `theme=dark; __Host-windlass-browser=b; x__Host-windlass-session=x; __Host-windlass-session=${token}`;
    expect(cookies.read("session", header)).toBe(token);
    expect(cookies.read("browser", header)).toBe("b");
  });

  test("that comes twice, is empty, has an odd value or another name is not read", () => {
    const cookies = createCookies({ baseUrl: "https://app.example" });
    const name = "__Host-windlass-session";
    for (const header of [
      null,
      undefined,
      "",
      `${name}=`,
      `${name}=a; ${name}=b`,
      `${name}=b; ${name}=b`,
      `${name}="${token}"`,
      `${name}=a b`,
      `${name}=${"a".repeat(129)}`,
      `${name.toLowerCase()}=${token}`,
      `windlass-session=${token}`,
      name,
      ";".repeat(32_000),
    ]) {
      expect(cookies.read("session", header)).toBeNull();
    }
  });

  test("is read back from any place among any others, and not when it is there twice", () => {
    const cookies = createCookies({ baseUrl: "https://app.example" });
    const own = cookies.names.session;
    const part = fc.string().map((text) => text.replaceAll(";", ""));
    const others = fc.array(part.filter((pair) => !pair.trim().startsWith(`${own}=`)));
    const value = fc.stringMatching(/^[\w.-]{1,128}$/);
    fc.assert(
      fc.property(others, others, value, value, (before, after, first, second) => {
        const once = [...before, `${own}=${first}`, ...after];
        expect(cookies.read("session", once.join("; "))).toBe(first);
        expect(cookies.read("session", once.join(";"))).toBe(first);
        expect(cookies.read("session", [...once, `${own}=${second}`].join("; "))).toBeNull();
      }),
    );
  });

  test("C25: is not read from a name that only looks like its own, such as one behind a space of another kind", () => {
    const cookies = createCookies({ baseUrl: "https://app.example" });
    for (const space of ["\u00a0", "\ufeff", "\v", "\f", "\u2003", "\u00c2\u00a0"]) {
      expect(cookies.read("session", `${space}${cookies.names.session}=${token}`)).toBeNull();
      expect(cookies.read("session", `${cookies.names.session}=a; ${space}${cookies.names.session}=b`)).toBe(
        "a",
      );
    }
    expect(cookies.read("session", ` \t${cookies.names.session}=${token}\t `)).toBe(token);
  });

  test("whatever the header is, what is read is null or could be one of ours", () => {
    const cookies = createCookies({ baseUrl: "https://app.example" });
    const pieces = fc.constantFrom(...Object.values(cookies.names), "=", ";", " ", token, "%00", "\0", '"');
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string())), (header) => {
        expect(cookies.read("browser", header.join("")) ?? "x").toMatch(/^[\w.-]{1,128}$/);
      }),
    );
  });

  test("cannot be given a value that would end it early", () => {
    const cookies = createCookies({ baseUrl: "https://app.example" });
    for (const value of ["a; Domain=evil", "a\r\nSet-Cookie: b=c", "", "ä"]) {
      expect(() => cookies.serialize("session", value)).toThrow(TypeError);
    }
  });
});
