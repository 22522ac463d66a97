import { describe, it } from "node:test";
import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { MemoryServer } from "../../../src/testing/mod.ts";
import { connect, type RawClient } from "./raw_client.ts";

const MECHANISMS = ["AUTH=XOAUTH2", "AUTH=OAUTHBEARER"];

/** A connection to a server with one user who has a token and one who has none. */
async function open(add: readonly string[] = MECHANISMS): Promise<RawClient> {
  const server = new MemoryServer({ capabilities: { add } });
  server.addUser("bob", "secret");
  server.addUser("ann", "secret", { token: "ya29.t" });
  server.addUser("a=n,n", "secret", { token: "other" });
  const client = connect(server);
  await client.until(/\n/);
  return client;
}

function xoauth2(user: string, token: string, more = ""): string {
  return `AUTHENTICATE XOAUTH2 ${btoa(`user=${user}\x01auth=Bearer ${token}\x01${more}\x01`)}`;
}

function oauthbearer(identity: string, token: string, more = ""): string {
  const message = `n,${identity},\x01${more}auth=Bearer ${token}\x01\x01`;
  return `AUTHENTICATE OAUTHBEARER ${btoa(message)}`;
}

describe("AUTHENTICATE with a token", () => {
  it("accepts the user's own credentials", async () => {
    for (
      const text of [
        xoauth2("ann", "ya29.t"),
        xoauth2("ann", "ya29.t", "vendor=V\x01"),
        xoauth2("a=n,n", "other"),
        oauthbearer("a=ann", "ya29.t"),
        oauthbearer("a=ann", "ya29.t", "host=example.org\x01port=993\x01"),
        oauthbearer("a=a=3Dn=2Cn", "other"),
        // Without an identity, the token decides.
        oauthbearer("", "ya29.t"),
      ]
    ) {
      const client = await open();
      assertMatch(await client.command(text), /^T OK \[CAPABILITY /, text);
      assertMatch(await client.command("SELECT INBOX"), /T OK/);
      await client.close();
    }
  });

  it("asks for a missing initial response", async () => {
    const client = await open();
    await client.send("x AUTHENTICATE XOAUTH2\r\n");
    assertEquals(await client.until(/\n/), "+ \r\n");
    await client.send(`${btoa("user=ann\x01auth=Bearer ya29.t\x01\x01")}\r\n`);
    assertMatch(await client.until(/\n/), /^x OK/);
    await client.close();
  });

  it("explains before it says NO", async () => {
    const client = await open();
    for (
      const [text, response] of [
        [xoauth2("ann", "wrong"), ""],
        [xoauth2("ann", "other"), ""],
        [xoauth2("bob", "undefined"), ""],
        [xoauth2("nobody", "ya29.t"), ""],
        [oauthbearer("a=ann", "wrong"), "AQ=="],
        [oauthbearer("", "wrong"), "AQ=="],
      ]
    ) {
      await client.send(`x ${text}\r\n`);
      const challenge = /^\+ (\S+)\r\n$/.exec(await client.until(/\n/))![1];
      assertEquals(JSON.parse(atob(challenge)).status, "400", text);
      await client.send(`${response}\r\n`);
      assertMatch(await client.until(/\n/), /^x NO \[AUTHENTICATIONFAILED\]/, text);
    }
    await client.send(`x ${xoauth2("ann", "wrong")}\r\n`);
    await client.until(/\n/);
    await client.send("*\r\n");
    assertMatch(await client.until(/\n/), /^x BAD cancelled/);
    assertMatch(await client.command("LOGIN ann secret"), /^T OK/);
    await client.close();
  });

  it("refuses a message of another make", async () => {
    const client = await open();
    for (const message of ["", "user=ann", "user=ann\x01auth=Bearer x\x01", "n,,\x01\x01"]) {
      for (const name of ["XOAUTH2", "OAUTHBEARER"]) {
        const text = `AUTHENTICATE ${name} ${btoa(message) || "="}`;
        assertMatch(await client.command(text), /^T BAD/, text);
      }
    }
    assertMatch(
      await client.command(oauthbearer("a=ann", "").replace("OAUTHBEARER", "XOAUTH2")),
      /^T BAD/,
    );
    await client.close();
  });

  it("is offered if it is added, and until the login", async () => {
    const client = await open(["AUTH=XOAUTH2"]);
    assertMatch(await client.command("CAPABILITY"), /AUTH=PLAIN AUTH=XOAUTH2\r/);
    assertMatch(await client.command(oauthbearer("a=ann", "ya29.t")), /^T NO/);
    assertNotMatch(await client.command(xoauth2("ann", "ya29.t")), /AUTH=/);
    await client.close();
    const without = await open([]);
    assertMatch(await without.command(xoauth2("ann", "ya29.t")), /^T NO/);
    await without.close();
  });
});
