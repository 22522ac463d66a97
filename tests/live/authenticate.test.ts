// What `authenticate` picks on real servers.
import { createHash } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type AuthenticationMechanism,
  type ConnectOptions,
  ImapClient,
  LoginError,
} from "@imapclient/imapclient";
import { KeptLog } from "../support/fake_server.ts";
import { type Cyrus, CYRUS_USERS, cyrusMissing, startCyrus } from "../support/servers/cyrus.ts";
import { type Dovecot, dovecotMissing, startDovecot } from "../support/servers/dovecot.ts";
import { goimapMissing, startGoimap } from "../support/servers/goimap.ts";
import { TOKENS } from "../support/servers/token_server.ts";

const { ann: ANN, bob: BOB } = CYRUS_USERS;
const TIMEOUT = 20;
const CAROL = "not for SCRAM";

/** Carol's password is kept as a hash, with which SCRAM can do nothing. */
const HASHED = `
  passdb {
    driver = static
    args = user=carol password={SHA256}${createHash("sha256").update(CAROL).digest("base64")}
  }`;

const SERVERS = [
  { name: "Dovecot", missing: dovecotMissing, start: () => startDovecot({ config: HASHED }) },
  { name: "Cyrus", missing: cyrusMissing, start: () => startCyrus() },
] as const;

for (const { name, missing, start } of SERVERS) {
  describe(`authenticate at ${name}`, { skip: missing }, () => {
    let server: Dovecot | Cyrus;
    const connect = (options: ConnectOptions = {}) => {
      const { host, port } = server;
      return ImapClient.connect({ host, port, ssl: false, timeout: TIMEOUT, ...options });
    };
    const connectTls = (tls: object = {}) => {
      const { tlsPort, ca } = server;
      return connect({ port: tlsPort, ssl: true, tls: { ca, ...tls } });
    };

    before(async () => {
      server = await start();
    });
    after(() => server?.stop());

    it("a password → by SCRAM, in plain text too [ext AUTHENTICATE, SCRAM-SHA-256]", async () => {
      for (const open of [connect, connectTls]) {
        for (const [user, password] of [["ann", ANN], ["bob", BOB]]) {
          const client = await open();
          const { mechanism, refused } = await client.authenticate({ user, password });
          assert(/^SCRAM-SHA-256/.test(mechanism), mechanism);
          assertEquals(refused, []);
          assert(await client.folderExists("INBOX"));
          await client.logout();
        }
      }
    });

    it("each mechanism by name → used [ext AUTHENTICATE, SCRAM-SHA-1, CRAM-MD5, AUTH=LOGIN]", async () => {
      const names: AuthenticationMechanism[] = ["SCRAM-SHA-1", "PLAIN", "LOGIN", "AUTH=LOGIN"];
      if (name === "Dovecot") names.push("CRAM-MD5");
      for (const mechanism of names) {
        const client = await connectTls();
        const done = await client.authenticate({ user: "bob", password: BOB }, {
          mechanisms: [mechanism],
        });
        assertEquals(done.mechanism, mechanism);
        await client.logout();
      }
    });

    it("a wrong password → LoginError after one attempt, and the right one works [ext AUTHENTICATE]", async () => {
      const log = new KeptLog();
      const { tlsPort: port, ca } = server;
      const client = await connect({ port, ssl: true, tls: { ca }, logger: log });
      await assertRejects(
        () => client.authenticate({ user: "ann", password: "wrong" }),
        LoginError,
      );
      assertEquals(log.lines.filter((line) => /> A\d+ AUTHENTICATE/.test(line)).length, 1);
      await client.authenticate({ user: "ann", password: ANN });
      await client.logout();
    });
  });
}

describe("authenticate at Dovecot, and not by SCRAM", { skip: dovecotMissing }, () => {
  let server: Dovecot;
  const connect = (options: ConnectOptions = {}) => {
    const { host, tlsPort: port, ca } = server;
    return ImapClient.connect({
      host,
      port,
      timeout: TIMEOUT,
      ...options,
      tls: { ca, ...options.tls },
    });
  };

  before(async () => {
    server = await startDovecot({ config: HASHED });
  });
  after(() => server?.stop());

  it("a user without a secret for SCRAM → PLAIN, if the server is verified [ext AUTHENTICATE]", async () => {
    const client = await connect();
    const done = await client.authenticate({ user: "carol", password: CAROL });
    assertEquals([done.mechanism, done.refused], ["PLAIN", ["SCRAM-SHA-256", "SCRAM-SHA-1"]]);
    await client.logout();
    const other = await connect({ tls: { dangerouslyDisableVerification: true } });
    const error = await assertRejects(
      () => other.authenticate({ user: "carol", password: CAROL }),
      LoginError,
    );
    assert(error.message.includes("PLAIN and LOGIN and AUTH=LOGIN not tried"), error.message);
    await other.logout();
  });

  it("a token → OAUTHBEARER; a refused one is asked for again [ext AUTHENTICATE, TOKEN-AGAIN]", async () => {
    for (const mechanisms of [undefined, ["XOAUTH2"]] as const) {
      const client = await connect();
      const tokens = ["ya29.expired", TOKENS.ann];
      const done = await client.authenticate(
        { user: "ann", tokenProvider: () => tokens.shift()! },
        { mechanisms },
      );
      assertEquals(done.mechanism, mechanisms?.[0] ?? "OAUTHBEARER");
      assertEquals(tokens.length, 0);
      await client.logout();
    }
  });
});

describe("authenticate at go-imap", { skip: goimapMissing }, () => {
  it("a server with AUTH=PLAIN alone → PLAIN [ext AUTHENTICATE]", async () => {
    const server = await startGoimap();
    try {
      const { host, tlsPort: port, ca } = server;
      const client = await ImapClient.connect({ host, port, tls: { ca }, timeout: TIMEOUT });
      const done = await client.authenticate({ user: "ann", password: ANN });
      assertEquals(done.mechanism, "PLAIN");
      await client.logout();
    } finally {
      await server.stop();
    }
  });
});
