import { existsSync } from "node:fs";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { connect as connectTls } from "node:tls";
import { assert, assertFalse, assertMatch, assertRejects } from "@std/assert";
import { comesTrue } from "../../support/patience.ts";
import {
  type Cyrus,
  CYRUS_USERS,
  cyrusMissing,
  newerCyrusMissing,
  startCyrus,
  startNewerCyrus,
} from "../../support/servers/cyrus.ts";
import { talk } from "../../support/servers/talk.ts";

async function session(server: Cyrus, commands: readonly string[]): Promise<string> {
  const socket = connect(server.port, server.host);
  return await talk(socket, socket, [...commands, "LOGOUT"]);
}

const ALL = [
  ["startCyrus", cyrusMissing, startCyrus],
  ["startNewerCyrus", newerCyrusMissing, startNewerCyrus],
] as const;

for (const [name, skip, start] of ALL) {
  describe(name, { skip }, () => {
    let server: Cyrus;

    before(async () => {
      server = await start();
    });
    after(() => server?.stop());

    it("greets on the plain port", async () => {
      assertMatch(await session(server, []), /^\* OK \[CAPABILITY .*STARTTLS.*\] \S+ Cyrus IMAP/);
    });

    it("greets over TLS, with a certificate of its authority", async () => {
      const { tlsPort: port, host, ca } = server;
      const socket = connectTls({ port, host, ca, servername: "localhost" });
      assertMatch(await talk(socket, socket, ["LOGOUT"]), /^\* OK \[CAPABILITY (?!.*STARTTLS)/);
    });

    it("has folders for their uses at a user's first login", async () => {
      const said = await session(server, ["LOGIN ann secret", 'LIST "" *', "GETQUOTAROOT INBOX"]);
      assertMatch(said, /^\* LIST \(\\HasChildren\) "\/" INBOX\r$/m);
      for (const name of ["Drafts", "Junk", "Sent", "Trash"]) {
        const line = String.raw`^\* LIST \(\\HasNoChildren \\${name}\) "/" INBOX/${name}\r$`;
        assertMatch(said, new RegExp(line, "im"));
      }
      assertMatch(said, /^\* QUOTA INBOX \(STORAGE \d+ 10000\)\r$/m);
    });

    it("takes the password that needs quoting", async () => {
      const bytes = new TextEncoder().encode(`\0bob\0${CYRUS_USERS.bob}`);
      const answer = btoa(String.fromCharCode(...bytes));
      assertMatch(await session(server, [`AUTHENTICATE PLAIN ${answer}`]), /^a OK .*Success/m);
    });

    it("refuses a wrong password", async () => {
      assertMatch(await session(server, ["LOGIN ann wrong"]), /^a NO Login failed/m);
    });

    it("lets the administrator limit how much a user may have", async () => {
      await session(server, ["LOGIN ann secret"]);
      const said = await session(server, [
        `LOGIN cyrus ${CYRUS_USERS.cyrus}`,
        "SETQUOTA user/ann (STORAGE 1)",
        "GETACL user/ann",
      ]);
      assertMatch(said, /^\* ACL user\/ann ann lrswipkxtecdan\r$/m);
      const message = `Subject: large\r\n\r\n${"x".repeat(2000)}`;
      const append = `APPEND INBOX {${message.length}+}\r\n${message}`;
      assertMatch(
        await session(server, ["LOGIN ann secret", append]),
        /^a NO (?:\[OVERQUOTA\] )?Over quota\r$/m,
      );
    });

    it("keeps what was said after the login", async () => {
      await session(server, ["LOGIN ann secret", "STATUS INBOX/Sent (UNSEEN)"]);
      assertMatch(server.log(), /a STATUS INBOX\/Sent \(UNSEEN\)/);
    });
  });
}

describe("startNewerCyrus", { skip: newerCyrusMissing }, () => {
  it("has what is new since 3.6", async () => {
    const server = await startNewerCyrus();
    try {
      const said = await session(server, ["LOGIN ann secret", "GETJMAPACCESS"]);
      for (const name of ["IMAP4rev2", "UTF8=ACCEPT", "UIDONLY", "NOTIFY", "REPLACE", "PARTIAL"]) {
        assertMatch(said, new RegExp(` ${name} `));
      }
      assertMatch(said, /^\* JMAPACCESS "https:/m);
    } finally {
      await server.stop();
    }
    assertFalse(existsSync(server.folder));
  });
});

describe("startCyrus with more configuration", { skip: cyrusMissing }, () => {
  it("uses it instead of its own", async () => {
    const config = "maxmessagesize: 2000\nautocreate_inbox_folders: Archive";
    const server = await startCyrus({ config });
    try {
      const said = await session(server, [
        "LOGIN ann secret",
        'LIST "" *',
        "APPEND INBOX {3000}",
      ]);
      assertMatch(said, /^a OK \[CAPABILITY .*APPENDLIMIT=2000/m);
      assertMatch(said, /INBOX\/Archive\r$/m);
      assertFalse(said.includes("INBOX/Sent"));
      assertMatch(said, /^a NO \[TOOBIG\]/m);
    } finally {
      await server.stop();
    }
  });

  it("says why it cannot start with it", async () => {
    await assertRejects(
      () => startCyrus({ config: "conversations: maybe" }),
      Error,
      "non-switch value for conversations",
    );
  });
});

describe("stop", { skip: cyrusMissing }, () => {
  it("ends the server, even amid a session, and removes its folder", async () => {
    const server = await startCyrus();
    assert(existsSync(server.folder));
    const socket = connect(server.port, server.host);
    const said = talk(socket, socket, ["LOGIN ann secret", "SELECT INBOX", "IDLE"]);
    await comesTrue(() => server.log().includes("+ idling"), 20_000);
    await server.stop();
    assertMatch(await said, /^a OK \[READ-WRITE\]/m);
    assertFalse(existsSync(server.folder));
    await assertRejects(() => session(server, []), Error);
  });

  it("leaves another server alone", async () => {
    const [one, other] = await Promise.all([startCyrus(), startCyrus()]);
    await one.stop();
    assertMatch(await session(other, []), /^\* OK /);
    await other.stop();
  });
});
