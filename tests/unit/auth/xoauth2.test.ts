import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { xoauth2 } from "../../../src/auth/xoauth2.ts";
import { encodeBase64 } from "../../../src/wire/base64.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { bytes } from "../../support/wire.ts";
import { answers, assertRefused, begins, SECRET, UNSENDABLE_IN_FIELDS } from "./support.ts";

const GOOGLE = '{"status":"400","schemes":"bearer","scope":"https://mail.google.com/"}';

describe("XOAUTH2", () => {
  it("D3 xoauth2 sends the user and the token", () => {
    const mechanism = xoauth2("ann@example.com", "ya29.T");
    assertEquals(mechanism.name, "XOAUTH2");
    assertEquals(begins(mechanism), "user=ann@example.com\x01auth=Bearer ya29.T\x01\x01");
  });

  it("D3 xoauth2 is what Google documents, byte for byte", () => {
    const token = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg";
    assertEquals(
      encodeBase64(encodeUtf8(begins(xoauth2("someuser@example.com", token)))),
      "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhk" +
        "SFJoZG1semRHRXVZMjl0Q2cBAQ==",
    );
  });

  it("D3 xoauth2 sends a vendor, for Yahoo", () => {
    const mechanism = xoauth2("ann", "T", { vendor: "Acme" });
    assertEquals(begins(mechanism), "user=ann\x01auth=Bearer T\x01vendor=Acme\x01\x01");
    assertEquals(begins(xoauth2("ann", "T", { vendor: "" })), begins(xoauth2("ann", "T")));
  });

  it("D3 xoauth2 can have another name", () => {
    assertEquals(xoauth2("ann", "T", { mech: "X-OAUTH_3" }).name, "X-OAUTH_3");
    assertEquals(xoauth2("ann", "T", { mech: undefined }).name, "XOAUTH2");
    for (const mech of ["", "XO AUTH", "A\r\nB", "xoauth2", "A".repeat(21)]) {
      assertRefused(() => xoauth2("ann", SECRET, { mech }));
    }
  });

  it("Unicode names are sent in UTF-8", () => {
    const first = xoauth2("jürgen", "T").initialResponse!();
    assertEquals(first, bytes("user=j\xc3\xbcrgen\x01auth=Bearer T\x01\x01"));
  });

  for (const [what, text] of UNSENDABLE_IN_FIELDS) {
    it(`Z1 ${what} is refused, and not shown`, () => {
      assertRefused(() => xoauth2(text, "T"));
      assertRefused(() => xoauth2("ann", text));
      assertRefused(() => xoauth2("ann", "T", { vendor: text }));
    });
  }

  it("a token that is empty or missing is refused", () => {
    assertRefused(() => xoauth2("ann", ""));
    assertRefused(() => xoauth2("ann", undefined as unknown as string));
  });
});

describe("XOAUTH2 refused by the server", () => {
  it("D3 xoauth2 answers an error with nothing, and keeps its reason", async () => {
    const mechanism = xoauth2("ann", "T0K3N");
    assertEquals(mechanism.reason?.(), null);
    assertEquals(await answers(mechanism, GOOGLE), "");
    assertEquals(
      mechanism.reason?.(),
      "status: 400, schemes: bearer, scope: https://mail.google.com/",
    );
  });

  for (
    const [what, challenge, reason] of [
      ["text", "token expired", "token expired"],
      ["nothing", "", null],
      ["white space", " \r\n", null],
      ["lines", "token\r\n expired\0\n", "token  expired"],
      ["a JSON string", '"expired"', '"expired"'],
      ["null", "null", "null"],
      ["an empty object", "{}", null],
      ["half an object", '{"status":', '{"status":'],
      ["other types", '{"status":401,"more":{"a":[1]}}', 'status: 401, more: {"a":[1]}'],
      ["a line end in a value", '{"status":"400\\r\\nA1 OK"}', "status: 400 A1 OK"],
      ["__proto__", '{"__proto__":"x"}', "__proto__: x"],
      ["the token itself", '{"status":"no T0K3N"}', "status: no ..."],
      ["the token itself as text", "bad token T0K3N", "bad token ..."],
    ] as const
  ) {
    it(`an error may be ${what}`, async () => {
      const mechanism = xoauth2("ann", "T0K3N");
      assertEquals(await answers(mechanism, challenge), "");
      assertEquals(mechanism.reason?.(), reason);
    });
  }

  it("an empty challenge does not take the reason away", async () => {
    const mechanism = xoauth2("ann", "T0K3N");
    await answers(mechanism, "expired");
    await answers(mechanism, "");
    assertEquals(mechanism.reason?.(), "expired");
  });

  it("an error may be long, or not UTF-8", async () => {
    const mechanism = xoauth2("ann", "T0K3N");
    await answers(mechanism, "😀".repeat(100_000));
    const reason = mechanism.reason?.() ?? "";
    assert(reason.length <= 500 && reason.isWellFormed(), reason);
    await mechanism.respond(bytes("abgelaufen f\xfcr immer"));
    assertEquals(mechanism.reason?.(), "abgelaufen für immer");
  });
});
