// The mechanisms of the in-memory server, with this library's client and with raw lines.
import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import {
  type AuthenticationMechanism,
  ImapClient,
  LoginError,
  type SaslMechanism,
  scramSha1,
  scramSha256,
  scramSha512,
} from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { connect as connectRaw } from "./raw_client.ts";

const MECHANISMS = [
  ...["SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "AUTH=LOGIN", "CRAM-MD5"],
] as const;
const ADD = [...MECHANISMS, "ANONYMOUS", "XOAUTH2", "OAUTHBEARER"]
  .map((name) => name.startsWith("AUTH=") ? name : `AUTH=${name}`);

function serverWith(add: readonly string[] = ADD, omit: readonly string[] = []): MemoryServer {
  const server = new MemoryServer({ capabilities: { add, omit } });
  server.addUser("ann", "sécret, =2C", { token: "t1" });
  server.addUser("b=o,b", "other");
  server.addUser("old", "secret", { scram: false });
  return server;
}

const connect = (server: MemoryServer) => ImapClient.connect({ transport: server.transport });

describe("the in-memory server's mechanisms", () => {
  const byName = {
    "SCRAM-SHA-1": "[ext SCRAM-SHA-1]",
    "SCRAM-SHA-256": "[ext SCRAM-SHA-256]",
    "SCRAM-SHA-512": "[ext SCRAM-SHA-512]",
    "CRAM-MD5": "[ext CRAM-MD5]",
    "AUTH=LOGIN": "[ext AUTH=LOGIN]",
    "PLAIN": "[ext AUTHENTICATE]",
  };
  for (const mechanism of MECHANISMS) {
    it(`${mechanism}: right and wrong passwords → in, and LoginError ${byName[mechanism]}`, async () => {
      const server = serverWith();
      const mechanisms = [mechanism];
      for (const [user, password] of [["ann", "sécret, =2C"], ["b=o,b", "other"]]) {
        const client = await connect(server);
        const wrong = await assertRejects(
          () => client.authenticate({ user, password: "wrong" }, { mechanisms }),
          LoginError,
        );
        assertEquals(wrong.code, "AUTHENTICATIONFAILED");
        await assertRejects(
          () => client.authenticate({ user: "nobody", password }, { mechanisms }),
          LoginError,
        );
        const done = await client.authenticate({ user, password }, { mechanisms });
        assertEquals(done.mechanism, mechanism);
        assert(!client.enabled.includes("AUTH=PLAIN"));
        await client.selectFolder("INBOX");
        await client.logout();
      }
    });
  }

  it("all of them → the strongest is chosen [ext AUTHENTICATE]", async () => {
    const left: string[] = [...MECHANISMS];
    for (let wanted = left[0]; left.length > 1; wanted = left[0]) {
      const add = left.map((name) => name.startsWith("AUTH=") ? name : `AUTH=${name}`);
      const omit = left.includes("PLAIN") ? [] : ["AUTH=PLAIN"];
      const client = await connect(serverWith(add, omit));
      const { mechanism } = await client.authenticate({ user: "ann", password: "sécret, =2C" });
      assertEquals(mechanism, wanted as AuthenticationMechanism);
      await client.logout();
      left.shift();
    }
  });

  it("a user whom SCRAM can't be used for → PLAIN [ext AUTHENTICATE]", async () => {
    const client = await connect(serverWith());
    const done = await client.authenticate({ user: "old", password: "secret" });
    assertEquals([done.mechanism, done.refused], [
      "PLAIN",
      ["SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1"],
    ]);
    await client.logout();
  });

  it("acting for another → refused, after the proof [ext SCRAM-SHA-256]", async () => {
    const make = [scramSha1, scramSha256, scramSha512] as ((
      ...login: [string, string, string]
    ) => SaslMechanism)[];
    for (const scram of make) {
      const client = await connect(serverWith());
      const error = await assertRejects(
        () => client.saslLogin(scram("ann", "sécret, =2C", "b=o,b")),
        LoginError,
      );
      assertEquals(error.code, "AUTHORIZATIONFAILED");
      await client.saslLogin(scram("b=o,b", "other", "b=o,b"));
      await client.logout();
    }
  });

  it("strangers → in, if there is a user anonymous [ext ANONYMOUS]", async () => {
    const server = serverWith();
    const client = await connect(server);
    await assertRejects(() => client.authenticate({ anonymous: "me@x" }), LoginError);
    server.addUser("anonymous", "x").createFolder("Public");
    assertEquals((await client.authenticate({ anonymous: "me@x" })).mechanism, "ANONYMOUS");
    assert(await client.folderExists("Public"));
    await client.logout();
  });

  it("a token that expires → EXPIRED, and the next one is taken [ext TOKEN-AGAIN]", async () => {
    for (const mechanism of ["OAUTHBEARER", "XOAUTH2"] as const) {
      const server = new MemoryServer({ capabilities: { add: ADD } });
      const ann = server.addUser("ann", "x", { token: "t1" });
      ann.expireToken("t2");
      const client = await connect(server);
      const asked: unknown[] = [];
      const tokens = ["t1", "t2"];
      const done = await client.authenticate({
        user: "ann",
        tokenProvider: ({ refused, error }) => {
          asked.push(refused, error?.code);
          return tokens.shift()!;
        },
      }, { mechanisms: [mechanism] });
      assertEquals([done.mechanism, asked], [mechanism, [null, undefined, "t1", "EXPIRED"]]);
      await client.logout();
      ann.expireToken();
      const late = await connect(server);
      const error = await late.authenticate({ user: "ann", token: "t2" }).catch((error) => error);
      assertInstanceOf(error, LoginError);
      assertEquals(error.code, "EXPIRED");
      late.shutdown();
    }
  });

  it("what is not offered → CANNOT, and messages of another make → BAD [ext AUTHENTICATE]", async () => {
    const none = connectRaw(new MemoryServer());
    await none.until(/\n/);
    assertMatch(await none.command("AUTHENTICATE CRAM-MD5"), /^T NO \[CANNOT\]/);
    await none.close();
    const client = connectRaw(serverWith());
    await client.until(/\n/);
    for (
      const [line, answers] of [
        [`SCRAM-SHA-1 ${btoa("n,,n=ann")}`, []],
        [`SCRAM-SHA-1 ${btoa("p=tls-unique,,n=ann,r=x")}`, []],
        [`SCRAM-SHA-256 ${btoa("n,,n=ann,r=x")}`, ["c=biws,r=x"]],
        [`CRAM-MD5 ${btoa("ann x")}`, []],
        ["CRAM-MD5", ["ann"]],
        ["CRAM-MD5", ["ann 0123"]],
      ] as const
    ) {
      await client.send(`x AUTHENTICATE ${line}\r\n`);
      for (const answer of answers) {
        await client.until(/^\+ /);
        await client.send(`${btoa(answer)}\r\n`);
      }
      assertMatch(await client.until(/^x /), /^x BAD/, line);
    }
    await client.close();
  });

  it("a proof for another nonce or binding → NO [ext SCRAM-SHA-256]", async () => {
    const client = connectRaw(serverWith());
    await client.until(/\n/);
    for (const final of ["c=biws,r=y,p=eA==", "c=eSws,r=NONCE,p=eA==", "c=biws,r=NONCE,p=eA=="]) {
      await client.send(`x AUTHENTICATE SCRAM-SHA-256 ${btoa("n,,n=ann,r=x")}\r\n`);
      const challenge = /^\+ (\S+)\r\n$/.exec(await client.until(/\n/))![1];
      const nonce = /^r=([^,]+)/.exec(atob(challenge))![1];
      await client.send(`${btoa(final.replace("NONCE", nonce))}\r\n`);
      assertMatch(await client.until(/\n/), /^x NO \[AUTHENTICATIONFAILED\]/, final);
    }
    await client.close();
  });
});
