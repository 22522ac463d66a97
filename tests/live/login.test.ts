import { after, before, describe, it } from "node:test";
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  anonymous,
  authLogin,
  CapabilityError,
  CertificateError,
  ConnectionClosedError,
  type ConnectOptions,
  cramMd5,
  external,
  IllegalStateError,
  ImapClient,
  ImapError,
  InvalidArgumentError,
  LoginError,
  oauthbearer,
  scramSha1,
  scramSha256,
} from "@imapclient/imapclient";
import { KeptLog } from "../support/fake_server.ts";
import { CYRUS_USERS, cyrusMissing, startCyrus } from "../support/servers/cyrus.ts";
import { type Dovecot, dovecotMissing, startDovecot } from "../support/servers/dovecot.ts";
import type { PrivateServer } from "../support/servers/launch.ts";
import { type RunningServer, SERVERS } from "../support/servers/servers.ts";
import { TOKENS } from "../support/servers/token_server.ts";

const { ann: ANN, bob: BOB, cyrus: ADMIN } = CYRUS_USERS;
const WRONG = "hunter2-Pässwörd";
const WRONG_TOKEN = "ya29.no-such~token==";
const MASTER = "master-of-all";
const TIMEOUT = 20;

const SECRETS = [ANN, BOB, ADMIN, WRONG, WRONG_TOKEN, MASTER, ...Object.values(TOKENS)];

/** A way to log in. */
type Login = (client: ImapClient) => Promise<string>;

/** The forms of a secret: as it is, quoted, and as a part of base64 in each alignment. */
function forms(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  const ascii = [secret, secret.replace(/["\\]/g, "\\$&")].map((it) => it.split(/[^ -~]/)[0]);
  const encoded = [0, 1, 2].map((before) => {
    const text = btoa(String.fromCharCode(...new Uint8Array(before), ...bytes));
    // Without the characters that also encode a part of the neighbouring text.
    return text.slice(Math.ceil(before * 8 / 6), Math.floor((before + bytes.length) * 8 / 6));
  });
  return [...ascii, ...encoded];
}

function assertNoSecret(text: string): void {
  for (const form of SECRETS.flatMap(forms)) assert(!text.includes(form), `${form} in: ${text}`);
}

/** Everything that an error may show. */
function everything(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = Object.entries(error).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return [error.message, ...own, everything(error.cause)].join("\n");
}

/** Logs in over a new connection and logs out; returns the server's text and the log. */
async function loggedIn(
  connect: (options: Partial<ConnectOptions>) => Promise<ImapClient>,
  login: Login,
): Promise<{ text: string; log: KeptLog }> {
  const log = new KeptLog();
  const client = await connect({ logger: log, timeout: TIMEOUT });
  const text = await login(client);
  assert(text.length > 0);
  assertEquals(client.state, "authenticated");
  assert(await client.folderExists("INBOX"));
  assert((await client.logout()).length > 0);
  assert(client.closed);
  assertMatch(log.text, /Connected to (the server|.+ over (TLS|plain text))/);
  assertStringIncludes(log.text, "Logged in as ");
  assertStringIncludes(log.text, "Logged out, connection closed");
  assertNoSecret(log.text);
  return { text, log };
}

/**
 * Tries logins that are refused; each connection can log in afterwards. All at once, since Dovecot
 * delays refusals and sends them every half second.
 */
async function refused(
  connect: (options: Partial<ConnectOptions>) => Promise<ImapClient>,
  logins: readonly Login[],
): Promise<LoginError[]> {
  return await Promise.all(logins.map((login) => refusedOnce(connect, login)));
}

async function refusedOnce(
  connect: (options: Partial<ConnectOptions>) => Promise<ImapClient>,
  login: Login,
): Promise<LoginError> {
  const log = new KeptLog();
  const client = await connect({ logger: log, timeout: TIMEOUT });
  const error = await assertRejects(() => login(client), LoginError);
  assert(error.text !== null && error.text.length > 0);
  assertMatch(error.command!, /^(LOGIN|AUTHENTICATE [A-Z0-9-]+)( \*\*REDACTED\*\*)?$/);
  assertEquals(client.state, "not authenticated");
  assert(!log.text.includes("Logged in as "));
  await client.login("ann", ANN);
  assert(await client.folderExists("INBOX"));
  await client.logout();
  assertNoSecret(everything(error));
  assertNoSecret(log.text);
  return error;
}

const sent = (log: KeptLog, command: string) =>
  log.lines.filter((line) => line.includes(`> A`) && line.includes(` ${command}`)).length;

for (const { name: server, missing, start } of SERVERS) {
  const isReal = server !== "the in-memory server";

  describe(`logging in to ${server}`, { skip: missing }, () => {
    let running: RunningServer;
    const connect = (options: Partial<ConnectOptions> = {}) =>
      running.connect({ timeout: TIMEOUT, ...options });

    before(async () => {
      running = await start();
    });
    after(() => running?.stop());

    it("D1 Z9 S2 S5 login takes names and passwords of every kind [ext LOGIN]", async () => {
      for (const [user, password] of [["ann", ANN], ["bob", BOB]]) {
        const { text, log } = await loggedIn(connect, (client) => client.login(user, password));
        assertMatch(text, /^\[CAPABILITY IMAP4rev1 .*\] /);
        assertMatch(log.text, /> A\d+ LOGIN \*\*REDACTED\*\*$/m);
        assertStringIncludes(log.text, `Logged in as ${user}`);
      }
    });

    it("D2 S2 S5 plainLogin takes them as well [ext PLAIN]", async () => {
      for (const [user, password] of [["ann", ANN], ["bob", BOB]]) {
        await loggedIn(connect, (client) => client.plainLogin(user, password));
        await loggedIn(connect, (client) => client.plainLogin(user, password, user));
      }
    });

    it("D1 D2 Q7 S2 a login that is refused is a LoginError, and can be tried again", async () => {
      const errors = await refused(connect, [
        (client) => client.login("ann", WRONG),
        (client) => client.login("ann", BOB),
        (client) => client.login("ann", ""),
        (client) => client.login("nobody", WRONG),
        (client) => client.login("日本語", WRONG),
        (client) => client.plainLogin("ann", WRONG),
        (client) => client.plainLogin("nobody", WRONG),
        (client) => client.plainLogin("ann", ANN, "bob"),
        (client) => client.saslLogin("PLAIN", () => `\0ann\0${WRONG}`),
      ]);
      // Cyrus says why only in its text.
      const codes = {
        "Dovecot": ["AUTHENTICATIONFAILED"],
        "Cyrus": [null],
        "the in-memory server": ["AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED"],
      };
      assertEquals([...new Set(errors.map(({ code }) => code))], codes[server]);
    });

    it("D1 D2 Z1 text that looks like another command is only a wrong password", async () => {
      await refused(connect, [
        (client) => client.login("ann", `${WRONG}\r\nx LOGOUT`),
        (client) => client.login(`ann" "${ANN}`, WRONG),
        (client) => client.login("ann {3+}\r\n", "{3}"),
      ]);
      const client = await connect();
      for (const call of [client.login, client.plainLogin]) {
        const error = await assertRejects(
          () => call.call(client, "ann", `${ANN}\0`),
          InvalidArgumentError,
        );
        assertNoSecret(everything(error));
      }
      await client.login("ann", ANN);
      await client.logout();
    });

    it("D5 Q5 no call works after logout or without a login", async () => {
      for (const login of [false, true]) {
        const client = await connect();
        await assertRejects(() => client.listFolders(), IllegalStateError);
        if (login) await client.login("bob", BOB);
        assert((await client.logout()).length > 0);
        assertEquals([client.closed, client.state], [true, "logout"]);
        await assertRejects(() => client.noop(), ConnectionClosedError);
        const error = await assertRejects(() => client.login("ann", ANN), ImapError);
        assertNoSecret(everything(error));
      }
    });

    it("D6 S5 shutdown ends a session at once", async () => {
      const log = new KeptLog();
      const client = await connect({ logger: log });
      await client.login("ann", ANN);
      client.shutdown();
      assert(client.closed);
      assertEquals(sent(log, "LOGOUT"), 0);
      assertStringIncludes(log.text, "Connection closed");
      assert(!log.text.includes("Logged out"));
    });

    it("D1 a second login is refused, and the first one stays", async () => {
      const client = await connect();
      await client.login("ann", ANN);
      for (const call of [client.login, client.plainLogin]) {
        assertNoSecret(
          everything(await assertRejects(() => call.call(client, "bob", BOB), ImapError)),
        );
      }
      assertEquals(client.state, "authenticated");
      await client.noop();
      await client.logout();
    });

    it("D10 E1 E2 capabilities are those of the greeting, then those of the login", async () => {
      const log = new KeptLog();
      const client = await connect({ logger: log });
      const before = await client.capabilities();
      for (const name of ["IMAP4REV1", "AUTH=PLAIN"]) assert(before.includes(name), `${before}`);
      assertEquals(before, before.map((name) => name.toUpperCase()));
      await assertRejects(() => client.login("ann", WRONG), LoginError);
      assertEquals(await client.capabilities(), before);
      await client.login("ann", ANN);
      const after = await client.capabilities();
      assertNotEquals(after, before);
      assertEquals(after, after.map((name) => name.toUpperCase()));
      assert(after.includes("NAMESPACE") && !after.includes("AUTH=PLAIN"), `${after}`);
      for (const name of ["namespace", "Acl", new TextEncoder().encode("uidplus")]) {
        assert(await client.hasCapability(name));
      }
      for (const name of ["NAMESPAC", "NAMESPACES", "NAMESPACE ACL", ""]) {
        assert(!await client.hasCapability(name), name);
      }
      assertEquals(sent(log, "CAPABILITY"), 0);
      await client.logout();
    });

    it("D8 S2 S5 saslLogin by a function for PLAIN, in either case and asynchronous [ext SASL-MECHANISM]", async () => {
      for (const name of ["PLAIN", "plain"]) {
        const challenges: number[] = [];
        await loggedIn(connect, (client) =>
          client.saslLogin(name, async (challenge) => {
            challenges.push(challenge.length);
            await Promise.resolve();
            return new TextEncoder().encode(`\0bob\0${BOB}`);
          }));
        assertEquals(challenges, [0]);
      }
    });

    it("D8 an error of the function reaches the caller, and another login can follow", async () => {
      const log = new KeptLog();
      const client = await connect({ logger: log });
      const error = new RangeError("changed my mind");
      for (
        const respond of [() => Promise.reject(error), () => {
          throw error;
        }]
      ) {
        assertStrictEquals(
          await assertRejects(() => client.saslLogin("PLAIN", respond), RangeError),
          error,
        );
        assertEquals(client.state, "not authenticated");
      }
      await assertRejects(() => client.saslLogin("PLAIN", () => "\ud800"), InvalidArgumentError);
      await client.saslLogin("PLAIN", () => `\0ann\0${ANN}`);
      await client.logout();
      assertNoSecret(log.text);
    });

    it("D8 E3 a mechanism that is not offered is a CapabilityError, with nothing sent", async () => {
      const log = new KeptLog();
      const client = await connect({ logger: log });
      const calls = [() => client.saslLogin("X-NO-SUCH", () => ANN)];
      if (server === "Cyrus") {
        calls.push(() => client.oauth2Login("ann", TOKENS.ann));
        calls.push(() => client.oauthbearerLogin("ann", TOKENS.ann));
        calls.push(() => client.saslLogin(external()));
      }
      if (!isReal) {
        calls.push(() => client.saslLogin(scramSha256("ann", ANN)));
        calls.push(() => client.saslLogin("LOGIN", () => "ann"));
      }
      for (const call of calls) {
        const error = await assertRejects(call, CapabilityError, "AUTH=");
        assertNoSecret(everything(error));
      }
      assertEquals(sent(log, "AUTHENTICATE"), 0);
      await client.login("ann", ANN);
      await client.logout();
    });

    if (isReal) {
      it("D8 S2 S5 saslLogin by SCRAM", async () => {
        for (const mechanism of [scramSha256, scramSha1]) {
          for (const [user, password] of [["ann", ANN], ["bob", BOB]]) {
            await loggedIn(connect, (client) => client.saslLogin(mechanism(user, password)));
          }
          await refused(connect, [
            (client) => client.saslLogin(mechanism("ann", WRONG)),
            (client) => client.saslLogin(mechanism("nobody", WRONG)),
            (client) => client.saslLogin(mechanism("ann", ANN, "bob")),
          ]);
        }
      });

      it("saslLogin by LOGIN → logged in, or refused [ext AUTH=LOGIN]", async () => {
        for (const [user, password] of [["ann", ANN], ["bob", BOB]]) {
          await loggedIn(connect, (client) => client.saslLogin(authLogin(user, password)));
        }
        await refused(connect, [
          (client) => client.saslLogin(authLogin("ann", WRONG)),
          (client) => client.saslLogin(authLogin("nobody", WRONG)),
        ]);
      });

      it("D8 S2 S5 saslLogin by a function for LOGIN, which is asked twice", async () => {
        const challenges: string[] = [];
        const answers = ["bob", BOB];
        await loggedIn(connect, (client) =>
          client.saslLogin("LOGIN", (challenge) => {
            challenges.push(new TextDecoder().decode(challenge));
            return answers.shift()!;
          }));
        assertEquals(challenges, ["Username:", "Password:"]);
        const wrong = ["ann", WRONG];
        await refused(connect, [(client) => client.saslLogin("LOGIN", () => wrong.shift()!)]);
        // In the middle of the exchange.
        const client = await connect();
        const half = ["ann"];
        const respond = () => half.shift() ?? Promise.reject(new RangeError("no more"));
        await assertRejects(() => client.saslLogin("LOGIN", respond), RangeError, "no more");
        await client.login("ann", ANN);
        await client.logout();
      });
    }

    if (server === "Dovecot") {
      it("saslLogin by CRAM-MD5 → logged in, or refused [ext CRAM-MD5]", async () => {
        for (const [user, password] of [["ann", ANN], ["bob", BOB]]) {
          await loggedIn(connect, (client) => client.saslLogin(cramMd5(user, password)));
        }
        await refused(connect, [
          (client) => client.saslLogin(cramMd5("ann", WRONG)),
          (client) => client.saslLogin(cramMd5("nobody", WRONG)),
        ]);
      });
    }

    if (server !== "Cyrus") {
      it("D3 S2 S5 oauth2Login takes a token, and a vendor [ext XOAUTH2]", async () => {
        for (const user of ["ann", "bob"] as const) {
          await loggedIn(connect, (client) => client.oauth2Login(user, TOKENS[user]));
        }
        const options = { vendor: "Example" };
        await loggedIn(connect, (client) => client.oauth2Login("ann", TOKENS.ann, options));
      });

      it("D9 S2 S5 oauthbearerLogin takes a token [ext OAUTHBEARER]", async () => {
        for (const user of ["ann", "bob"] as const) {
          await loggedIn(connect, (client) => client.oauthbearerLogin(user, TOKENS[user]));
        }
        const where = { host: "imap.example.com", port: 993 };
        const mechanism = () => oauthbearer("ann", TOKENS.ann, where);
        await loggedIn(connect, (client) => client.saslLogin(mechanism()));
        // Dovecot requires a user name.
        if (!isReal) await loggedIn(connect, (client) => client.oauthbearerLogin("", TOKENS.bob));
      });

      it("D3 D9 Q7 S2 an invalid token → a LoginError that says why", async () => {
        const statuses = isReal ? ["401", "invalid_token"] : ["400", "400"];
        for (const token of [WRONG_TOKEN, TOKENS.bob, ANN]) {
          const [xoauth2, bearer] = await refused(connect, [
            (client) => client.oauth2Login("ann", token),
            (client) => client.oauthbearerLogin("ann", token),
          ]);
          assertStringIncludes(xoauth2.message, `status: ${statuses[0]}`);
          assertStringIncludes(bearer.message, `status: ${statuses[1]}`);
          for (const { code } of [xoauth2, bearer]) assertEquals(code, "AUTHENTICATIONFAILED");
        }
      });
    }
  });
}

describe("logging in for somebody else", () => {
  it("D2 D8 S2 to Cyrus, as its administrator", { skip: cyrusMissing }, async () => {
    const server = await startCyrus({ config: "delete_mode: immediate" });
    const { host, port } = server;
    const connect = (options: Partial<ConnectOptions>) =>
      ImapClient.connect({ host, port, ssl: false, ...options });
    try {
      for (
        const login of [
          (client) => client.plainLogin("cyrus", ADMIN, "ann"),
          (client) => client.saslLogin(scramSha256("cyrus", ADMIN, "ann")),
          (client) => client.saslLogin("PLAIN", () => `ann\0cyrus\0${ADMIN}`),
        ] satisfies Login[]
      ) {
        await loggedIn(connect, async (client) => {
          const text = await login(client);
          // The administrator's own session would have no INBOX.
          assertEquals((await client.namespace()).personal?.[0].prefix, "INBOX/");
          await client.createFolder("INBOX/of ann's");
          return text;
        });
        await loggedIn(connect, async (client) => {
          const text = await client.login("ann", ANN);
          await client.deleteFolder("INBOX/of ann's");
          return text;
        });
      }
    } finally {
      await server.stop();
    }
  });

  it(
    "D2 D8 S2 to Dovecot, as a master user [ext PLAIN-AUTHZID]",
    { skip: dovecotMissing },
    async () => {
      const server = await startDovecot({
        config: `
        passdb {
          driver = static
          master = yes
          args = password=${MASTER}
        }
        plugin {
          acl_user = %u
        }`,
      });
      const { host, port } = server;
      const connect = (options: Partial<ConnectOptions>) =>
        ImapClient.connect({ host, port, ssl: false, ...options });
      try {
        server.addMail("ann", "Of ann's", []);
        for (
          const login of [
            (client) => client.plainLogin("boss", MASTER, "ann"),
            (client) => client.saslLogin(scramSha256("boss", MASTER, "ann")),
          ] satisfies Login[]
        ) {
          await loggedIn(connect, async (client) => {
            const text = await login(client);
            assert(await client.folderExists("Of ann's"));
            return text;
          });
        }
        await refused(connect, [
          (client) => client.plainLogin("boss", WRONG, "ann"),
          (client) => client.plainLogin("boss", MASTER),
        ]);
      } finally {
        await server.stop();
      }
    },
  );
});

describe("ANONYMOUS at Dovecot", { skip: dovecotMissing }, () => {
  it("anybody who leaves a trace → logged in as a user of that name [ext ANONYMOUS]", async () => {
    const server = await startDovecot({
      config: `
        auth_mechanisms = plain anonymous
        auth_anonymous_username = nobody`,
    });
    const { host, port } = server;
    const connect = (options: Partial<ConnectOptions>) =>
      ImapClient.connect({ host, port, ssl: false, ...options });
    try {
      server.addMail("nobody", "Public", []);
      for (const trace of ["", "sirhc", "ann@example.com", "änn"]) {
        await loggedIn(connect, async (client) => {
          const text = await client.saslLogin(anonymous(trace));
          assert(await client.folderExists("Public"));
          return text;
        });
      }
    } finally {
      await server.stop();
    }
  });
});

describe("EXTERNAL at Dovecot", { skip: dovecotMissing }, () => {
  let server: Dovecot;
  const reach = (certificate: boolean) => {
    const { host, port, tlsPort, ca, clientCert: cert, clientKey: key } = server;
    const tls = certificate ? { ca, cert, key } : { ca };
    return [{ host, port: tlsPort, tls }, { host, port, starttls: true, tls }].map(
      (fixed) => (options: Partial<ConnectOptions>) => ImapClient.connect({ ...fixed, ...options }),
    );
  };

  before(async () => {
    server = await startDovecot({ clientCertificates: true });
  });
  after(() => server?.stop());

  it("C4 D8 S5 a certificate is enough, over TLS and STARTTLS [ext EXTERNAL]", async () => {
    for (const connect of reach(true)) {
      await loggedIn(connect, (client) => client.saslLogin(external()));
      await loggedIn(connect, (client) => client.saslLogin(external("ann")));
      await loggedIn(connect, (client) => client.saslLogin("EXTERNAL", () => ""));
    }
  });

  it("C4 D8 Q7 it is not for somebody else", async () => {
    for (const connect of reach(true)) {
      await refused(connect, [
        (client) => client.saslLogin(external("bob")),
        (client) => client.saslLogin("external", () => "bob"),
        (client) => client.login("bob", BOB),
      ]);
    }
  });

  it("D8 Q7 without a certificate EXTERNAL is refused", async () => {
    for (const connect of reach(false)) {
      await refused(connect, [
        (client) => client.saslLogin(external()),
        (client) => client.saslLogin(external("ann")),
        (client) => client.saslLogin("EXTERNAL", () => "ann"),
      ]);
    }
  });
});

const WITH_STARTTLS = [
  { name: "Dovecot", missing: dovecotMissing, start: () => startDovecot() },
  { name: "Cyrus", missing: cyrusMissing, start: () => startCyrus() },
] as const;

for (const { name, missing, start } of WITH_STARTTLS) {
  describe(`STARTTLS at ${name}`, { skip: missing }, () => {
    let server: PrivateServer;
    const connect = (options: Partial<ConnectOptions> = {}) => {
      const { host, port, ca } = server;
      const fixed = { host, port, ssl: false, tls: { ca }, timeout: TIMEOUT };
      return ImapClient.connect({ ...fixed, ...options });
    };

    before(async () => {
      server = await start();
    });
    after(() => server?.stop());

    it("C5 C7 E1 S2 S5 comes before the login, and capabilities are requested again", async () => {
      const logins: Login[] = [
        (client) => client.login("bob", BOB),
        (client) => client.plainLogin("ann", ANN),
        (client) => client.saslLogin(scramSha256("bob", BOB)),
      ];
      for (const login of logins) {
        const { log } = await loggedIn(connect, async (client) => {
          assertEquals(client.ssl, false);
          assert((await client.capabilities()).includes("STARTTLS"));
          assert((await client.starttls()).length > 0);
          assertEquals(client.ssl, true);
          for (const _ of [1, 2]) assert(!await client.hasCapability("STARTTLS"));
          return await login(client);
        });
        // Once by the library itself.
        assertEquals(sent(log, "CAPABILITY"), 3);
      }
    });

    it("C5 C6 its options apply, and it happens once and before the login", async () => {
      const client = await connect({ tls: {} });
      await client.starttls({ ca: server.ca });
      await assertRejects(() => client.starttls(), ImapError, "already established");
      await assertRejects(() => client.login("ann", WRONG), LoginError);
      await client.login("ann", ANN);
      await client.logout();
      const plain = await connect();
      await plain.login("ann", ANN);
      await assertRejects(() => plain.starttls(), IllegalStateError);
      await plain.logout();
    });

    it("C1 C9 a certificate of an unknown authority ends the connection", async () => {
      const client = await connect();
      await assertRejects(() => client.starttls({}), CertificateError);
      assert(client.closed);
      await assertRejects(() => client.login("ann", ANN), ImapError);
    });
  });
}

describe("a server that takes passwords only over TLS", { skip: cyrusMissing }, () => {
  it("C7 D1 Q4 learns of one only then, since it asks again", async () => {
    const server = await startCyrus({ config: "allowplaintext: no" });
    const { host, port, ca } = server;
    try {
      const log = new KeptLog();
      const options = { host, port, ssl: false, tls: { ca }, timeout: TIMEOUT, logger: log };
      const client = await ImapClient.connect(options);
      assert(await client.hasCapability("LOGINDISABLED"));
      await assertRejects(() => client.login("ann", ANN), LoginError, "TLS");
      await assertRejects(() => client.plainLogin("ann", ANN), CapabilityError);
      assertEquals(sent(log, "LOGIN") + sent(log, "AUTHENTICATE"), 0);
      await client.starttls();
      assert(!await client.hasCapability("LOGINDISABLED"));
      assert(await client.hasCapability("AUTH=PLAIN"));
      await client.login("ann", ANN);
      await client.logout();
      // SCRAM does not reveal the password.
      await loggedIn(
        (more) => ImapClient.connect({ ...options, ...more }),
        (it) => it.saslLogin(scramSha256("bob", BOB)),
      );
      assertNoSecret(log.text);
    } finally {
      await server.stop();
    }
  });
});
