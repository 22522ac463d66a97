import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { assert, assertEquals, assertFalse, assertMatch, assertRejects } from "@std/assert";
import {
  type Dovecot,
  DOVECOT_USERS,
  dovecotMissing,
  newerDovecotMissing,
  startDovecot,
  startNewerDovecot,
} from "../../support/servers/dovecot.ts";
import { talk } from "../../support/servers/talk.ts";
import { TOKENS } from "../../support/servers/token_server.ts";

/** The command that logs a user in. */
function plain(user: "ann" | "bob"): string {
  const bytes = new TextEncoder().encode(`\0${user}\0${DOVECOT_USERS[user]}`);
  return `AUTHENTICATE PLAIN ${btoa(String.fromCharCode(...bytes))}`;
}

/** The command that logs a user in with a token, and the answer to the explanation of an error. */
const TOKEN_MECHANISMS = {
  XOAUTH2: {
    login: (user: string, token: string) =>
      `AUTHENTICATE XOAUTH2 ${btoa(`user=${user}\x01auth=Bearer ${token}\x01\x01`)}`,
    acknowledgement: "",
    status: "401",
  },
  OAUTHBEARER: {
    login: (user: string, token: string) =>
      `AUTHENTICATE OAUTHBEARER ${btoa(`n,a=${user},\x01auth=Bearer ${token}\x01\x01`)}`,
    acknowledgement: btoa("\x01"),
    status: "invalid_token",
  },
} as const;

describe("startDovecot", { skip: dovecotMissing }, () => {
  let server: Dovecot;

  before(async () => {
    server = await startDovecot();
  });
  after(() => server?.stop());

  it("greets on the plain port", async () => {
    const socket = connect(server.port, server.host);
    const said = await talk(socket, socket, ["LOGOUT"]);
    assertMatch(said, /^\* OK \[CAPABILITY .*STARTTLS.*\] Dovecot/);
  });

  it("greets over TLS, with a certificate of its authority", async () => {
    const { tlsPort: port, host, ca } = server;
    const socket = connectTls({ port, host, ca, servername: "localhost" });
    assertMatch(await talk(socket, socket, ["LOGOUT"]), /^\* OK /);
  });

  it("lets its users in, and has the mail that was added", async () => {
    server.addMail("ann", "INBOX", [
      { text: "Subject: one\r\n\r\none", flags: ["\\Seen"], date: new Date(1e12) },
      "Subject: two\r\n\r\ntwo",
    ]);
    server.addMail("ann", "A/B", ["Subject: three\r\n\r\nthree"]);
    const socket = connect(server.port, server.host);
    const said = await talk(socket, socket, [
      "LOGIN ann secret",
      "EXAMINE INBOX",
      "FETCH 1:* (FLAGS INTERNALDATE BODY.PEEK[HEADER.FIELDS (SUBJECT)])",
      "STATUS A/B (MESSAGES)",
      "LOGOUT",
    ]);
    assertMatch(
      said,
      /\* 1 FETCH \(FLAGS \(\\Seen.*\) INTERNALDATE "09-Sep-2001 01:46:40 \+0000".*\r\nSubject: one/,
    );
    assertMatch(said, /\* 2 FETCH \(FLAGS \((?!\\Seen).*\r\nSubject: two/);
    assertMatch(said, /STATUS A\/B \(MESSAGES 1\)/);
  });

  it("takes the password that needs quoting", async () => {
    const socket = connect(server.port, server.host);
    const said = await talk(socket, socket, [plain("bob"), "LOGOUT"]);
    assertMatch(said, /^a OK .*Logged in/m);
  });

  for (const [name, { login, acknowledgement, status }] of Object.entries(TOKEN_MECHANISMS)) {
    it(`takes a good token by ${name}`, async () => {
      for (const user of ["ann", "bob"] as const) {
        const socket = connect(server.port, server.host);
        const said = await talk(socket, socket, [login(user, TOKENS[user]), "LOGOUT"]);
        assertMatch(said, /^a OK .*Logged in/m);
      }
    });

    it(`explains by ${name} what is wrong with a token`, async () => {
      // A password is not a token.
      await Promise.all(["no-token", TOKENS.bob, DOVECOT_USERS.ann].map(async (token) => {
        const socket = connect(server.port, server.host);
        const said = await talk(socket, socket, [login("ann", token), acknowledgement, "LOGOUT"]);
        const [, challenge] = /^\+ (\S+)\r\na NO \[AUTHENTICATIONFAILED\]/m.exec(said) ?? [];
        assert(challenge, said);
        assertEquals(JSON.parse(atob(challenge)).status, status);
      }));
    });
  }

  it("shows bob the folder to which ann gave him rights", async () => {
    server.addMail("ann", "Team", ["Subject: for all\r\n\r\n"]);
    const ann = connect(server.port, server.host);
    await talk(ann, ann, [plain("ann"), "SETACL Team bob lr", "LOGOUT"]);
    const bob = connect(server.port, server.host);
    const said = await talk(bob, bob, [
      plain("bob"),
      'LIST "" *',
      "MYRIGHTS shared/ann/Team",
      "EXAMINE shared/ann/Team",
      "LOGOUT",
    ]);
    assertMatch(said, /^\* LIST .* shared\/ann\/Team\r$/m);
    assertMatch(said, /^\* MYRIGHTS shared\/ann\/Team lr\r$/m);
    assertMatch(said, /^\* 1 EXISTS\r$/m);
  });

  it("speaks as a process that needs no password", async () => {
    server.addMail("bob", "INBOX", ["Subject: for bob\r\n\r\n"]);
    const [program, ...args] = server.command("bob");
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "ignore"] });
    const said = await talk(child.stdout, child.stdin, ["STATUS INBOX (MESSAGES)", "LOGOUT"]);
    assertMatch(said, /^\* PREAUTH .*Logged in as bob/);
    assertMatch(said, /STATUS INBOX \(MESSAGES 1\)/);
  });
});

describe("startNewerDovecot", { skip: newerDovecotMissing }, () => {
  it("has the same users, and what is new since 2.3", async () => {
    const server = await startNewerDovecot({ quota: "storage=100k:messages=5" });
    try {
      server.addMail("ann", "INBOX", [{ text: "Subject: x\r\n\r\nText\r\n" }]);
      const { tlsPort: port, host, ca } = server;
      const socket = connectTls({ port, host, ca, servername: "localhost" });
      const login = TOKEN_MECHANISMS.XOAUTH2.login("ann", TOKENS.ann);
      const said = await talk(socket, socket, [login, "GETQUOTAROOT INBOX", "LOGOUT"]);
      for (const name of ["REPLACE", "INPROGRESS", "LIST-MYRIGHTS", "UTF8=ACCEPT"]) {
        assertMatch(said, new RegExp(` ${name}\\b`));
      }
      assertMatch(said, /^\* QUOTA "User quota" \(STORAGE 1 100 MESSAGE 1 5\)\r$/m);
      const plainSocket = connect(server.port, server.host);
      assertMatch(await talk(plainSocket, plainSocket, [plain("bob"), "LOGOUT"]), /^a OK /m);
      const wrong = connect(server.port, server.host);
      assertMatch(await talk(wrong, wrong, ["LOGIN ann wrong", "LOGOUT"]), /^a NO /m);
    } finally {
      await server.stop();
    }
    assertFalse(existsSync(server.folder));
  });

  it("lets ann in by her certificate", async () => {
    const server = await startNewerDovecot({ clientCertificates: true });
    try {
      const { tlsPort: port, host, ca, clientCert: cert, clientKey: key } = server;
      const socket = connectTls({ port, host, ca, cert, key, servername: "localhost" });
      const said = await talk(socket, socket, ["AUTHENTICATE EXTERNAL =", "LOGOUT"]);
      assertMatch(said, /^a OK .*Logged in/m);
    } finally {
      await server.stop();
    }
  });
});

describe("startDovecot with client certificates", { skip: dovecotMissing }, () => {
  let server: Dovecot;

  before(async () => {
    server = await startDovecot({ clientCertificates: true });
  });
  after(() => server?.stop());

  it("lets ann in by her certificate", async () => {
    const { tlsPort: port, host, ca, clientCert: cert, clientKey: key } = server;
    const socket = connectTls({ port, host, ca, cert, key, servername: "localhost" });
    const said = await talk(socket, socket, ["AUTHENTICATE EXTERNAL =", "LOGOUT"]);
    assertMatch(said, /^a OK .*Logged in/m);
  });

  it("lets nobody in by EXTERNAL without one, but by password", async () => {
    const { tlsPort: port, host, ca } = server;
    const socket = connectTls({ port, host, ca, servername: "localhost" });
    const commands = ["AUTHENTICATE EXTERNAL YW5u", "LOGIN ann secret", "LOGOUT"];
    assertMatch(await talk(socket, socket, commands), /^a NO [^]*^a OK .*Logged in/m);
  });
});

describe("startDovecot with a quota", { skip: dovecotMissing }, () => {
  let server: Dovecot;

  before(async () => {
    server = await startDovecot({ quota: "storage=100k" });
  });
  after(() => server?.stop());

  it("refuses a message that does not fit", async () => {
    const socket = connect(server.port, server.host);
    const message = "x".repeat(110 * 1024);
    const said = await talk(socket, socket, [
      "LOGIN ann secret",
      "GETQUOTAROOT INBOX",
      `APPEND INBOX {${message.length}+}\r\n${message}`,
      "LOGOUT",
    ]);
    assertMatch(said, /^\* QUOTA "User quota" \(STORAGE 0 100\)\r$/m);
    assertMatch(said, /^a NO \[OVERQUOTA\] /m);
  });
});

describe("stop", { skip: dovecotMissing }, () => {
  it("ends the server and removes its folder", async () => {
    const server = await startDovecot();
    assert(existsSync(server.folder));
    await server.stop();
    assertFalse(existsSync(server.folder));
    await assertRejects(() => {
      return new Promise((resolve, reject) => {
        connect(server.port, server.host).on("error", reject).on("connect", resolve);
      });
    }, Error);
  });

  it("leaves another server alone", async () => {
    const [one, other] = await Promise.all([startDovecot(), startDovecot()]);
    await one.stop();
    const socket = connect(other.port, other.host);
    assertMatch(await talk(socket, socket, ["LOGOUT"]), /^\* OK /);
    await other.stop();
  });
});

describe("a lock that a killed session left", { skip: dovecotMissing }, () => {
  const SELECT = ["LOGIN ann secret", "SELECT INBOX", "LOGOUT"];
  // Dovecot itself waits up to two minutes.
  const timeout = 60_000;
  let server: Dovecot;

  /** Leaves a lock that the next session has to wait for. */
  function leaveLock(): void {
    server.addMail("ann", "INBOX", ["Subject: new\r\n\r\nnew"]);
    writeFileSync(join(server.folder, "mail/ann/dovecot-uidlist.lock"), "");
  }

  function select(): Promise<string> {
    const socket = connect(server.port, server.host);
    return talk(socket, socket, SELECT);
  }

  before(async () => {
    server = await startDovecot();
  });
  after(() => server?.stop());

  it("is gone after a restart", { timeout }, async () => {
    leaveLock();
    await server.restart();
    assertMatch(await select(), /^\* 1 EXISTS/m);
  });

  it("does not delay stopping the server", { timeout }, async () => {
    leaveLock();
    const waiting = select();
    await sleep(500);
    await server.stop();
    assertFalse(existsSync(server.folder));
    assertFalse((await waiting).includes("EXISTS"));
  });
});

describe("a Dovecot that cannot start", { skip: dovecotMissing }, () => {
  it("says why", async () => {
    await assertRejects(() => startDovecot({ config: "no_such_setting = 1" }), Error, "no_such");
  });
});
