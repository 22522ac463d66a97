import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { oauthbearer } from "../../../src/auth/oauthbearer.ts";
import { encodeBase64 } from "../../../src/wire/base64.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { bytes } from "../../support/wire.ts";
import { answers, assertRefused, begins, SECRET, UNSENDABLE_IN_FIELDS } from "./support.ts";

describe("OAUTHBEARER", () => {
  it("D9 oauthbearer sends the identity and the token", () => {
    const mechanism = oauthbearer("ann@example.com", "T");
    assertEquals(mechanism.name, "OAUTHBEARER");
    assertEquals(begins(mechanism), "n,a=ann@example.com,\x01auth=Bearer T\x01\x01");
  });

  it("D9 oauthbearer escapes = and , in the identity", () => {
    const first = begins(oauthbearer("a=b,c=2C,", "T"));
    assertEquals(first, "n,a=a=3Db=2Cc=3D2C=2C,\x01auth=Bearer T\x01\x01");
  });

  it("D9 oauthbearer leaves out an empty identity", () => {
    assertEquals(begins(oauthbearer("", "T")), "n,,\x01auth=Bearer T\x01\x01");
  });

  it("D9 oauthbearer is the example of RFC 7628 section 4.1, byte for byte", () => {
    const token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
    const where = { host: "server.example.com", port: 143 };
    assertEquals(
      encodeBase64(encodeUtf8(begins(oauthbearer("user@example.com", token, where)))),
      "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyI" +
        "HZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB",
    );
  });

  it("a host and a port can come alone", () => {
    const begin = "n,a=ann,\x01";
    const end = "auth=Bearer T\x01\x01";
    assertEquals(begins(oauthbearer("ann", "T", { host: "h" })), `${begin}host=h\x01${end}`);
    assertEquals(begins(oauthbearer("ann", "T", { port: 993 })), `${begin}port=993\x01${end}`);
    assertEquals(begins(oauthbearer("ann", "T", { host: "" })), begin + end);
  });

  it("Unicode identities are sent in UTF-8", () => {
    const first = oauthbearer("jürgen", "T").initialResponse!();
    assertEquals(first, bytes("n,a=j\xc3\xbcrgen,\x01auth=Bearer T\x01\x01"));
  });

  for (const [what, text] of UNSENDABLE_IN_FIELDS) {
    it(`Z1 ${what} is refused, and not shown`, () => {
      assertRefused(() => oauthbearer(text, "T"));
      assertRefused(() => oauthbearer("ann", text));
      assertRefused(() => oauthbearer("ann", "T", { host: text }));
    });
  }

  it("a token that is empty or missing is refused", () => {
    assertRefused(() => oauthbearer("ann", ""));
    assertRefused(() => oauthbearer("ann", undefined as unknown as string));
  });

  for (const port of [0, -1, 1.5, 65536, NaN, "993" as unknown as number]) {
    it(`${JSON.stringify(port)} is no port`, () => {
      assertRefused(() => oauthbearer("ann", SECRET, { port }));
    });
  }
});

describe("OAUTHBEARER refused by the server", () => {
  it("D9 oauthbearer answers an error with a single \\x01, and keeps its reason", async () => {
    const mechanism = oauthbearer("ann", "T0K3N");
    assertEquals(mechanism.reason?.(), null);
    const challenge = '{\n"status":"invalid_token",\n"scope":"example_scope"\n}';
    assertEquals(await answers(mechanism, challenge), "\x01");
    assertEquals(mechanism.reason?.(), "status: invalid_token, scope: example_scope");
  });

  it("an error that shows the token is kept without it", async () => {
    const mechanism = oauthbearer("ann", "T0K3N");
    assertEquals(await answers(mechanism, "n,a=ann,\x01auth=Bearer T0K3N\x01\x01"), "\x01");
    assertEquals(mechanism.reason?.(), "n,a=ann, auth=Bearer ...");
  });

  it("an empty error is answered too", async () => {
    const mechanism = oauthbearer("ann", "T0K3N");
    assertEquals(await answers(mechanism, ""), "\x01");
    assertEquals(mechanism.reason?.(), null);
  });
});
