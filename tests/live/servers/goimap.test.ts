import { existsSync } from "node:fs";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { connect as connectTls } from "node:tls";
import { assertEquals, assertFalse, assertMatch } from "@std/assert";
import { ImapClient } from "@imapclient/imapclient";
import { type Goimap, goimapMissing, startGoimap } from "../../support/servers/goimap.ts";
import { USERS } from "../../support/servers/launch.ts";
import { talk } from "../../support/servers/talk.ts";

describe("startGoimap", { skip: goimapMissing }, () => {
  let server: Goimap;

  before(async () => {
    server = await startGoimap();
  });
  after(() => server?.stop());

  const session = async (...commands: readonly string[]): Promise<string> => {
    const socket = connect(server.port, server.host);
    return await talk(socket, socket, [...commands, "LOGOUT"]);
  };

  it("greets on the plain port, and over TLS with a certificate of its authority", async () => {
    assertMatch(await session(), /^\* OK \[CAPABILITY IMAP4rev2 IMAP4rev1 .*STARTTLS.*\]/);
    const { tlsPort: port, host, ca } = server;
    const socket = connectTls({ port, host, ca, servername: "localhost" });
    assertMatch(await talk(socket, socket, ["LOGOUT"]), /^\* OK \[CAPABILITY (?!.*STARTTLS)/);
  });

  it("takes the password that needs quoting, and refuses a wrong one", async () => {
    const bytes = new TextEncoder().encode(`\0bob\0${USERS.bob}`);
    const answer = btoa(String.fromCharCode(...bytes));
    assertMatch(await session(`AUTHENTICATE PLAIN ${answer}`), /^a OK /m);
    assertMatch(await session("LOGIN ann wrong"), /^a NO \[AUTHENTICATIONFAILED\]/m);
  });

  it("keeps what was said", async () => {
    await session("LOGIN ann secret", "STATUS Sent (UNSEEN)");
    assertMatch(server.log(), /a STATUS Sent \(UNSEEN\)/);
  });

  it("a session of the client → its mail, as it was added", async () => {
    const { host, port } = server;
    const client = await ImapClient.connect({ host, port, ssl: false });
    await client.login("bob", USERS.bob);
    const names = (await client.listFolders()).map(({ name }) => name);
    assertEquals(names, ["Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash"]);
    assertEquals((await client.selectFolder("INBOX")).EXISTS, 0);
    const text = "Subject: Gr=C3=BC=C3=9Fe\r\n\r\nHello\r\n";
    const { uid } = await client.append("INBOX", text, { flags: ["\\Seen"] });
    const message = (await client.fetch(uid!, ["BODY.PEEK[]", "FLAGS"])).get(uid!)!;
    assertEquals(new TextDecoder().decode(message["BODY[]"]!), text);
    assertEquals(message.FLAGS, ["\\seen"], "it makes flags lower case");
    await client.logout();
  });
});

describe("startGoimap without IMAP4rev1", { skip: goimapMissing }, () => {
  it("is a server of IMAP4rev2 alone, whose folder is gone when it stops", async () => {
    const server = await startGoimap({ without: ["IMAP4rev1"] });
    try {
      const socket = connect(server.port, server.host);
      const said = await talk(socket, socket, ["LOGIN ann secret", "CAPABILITY", "LOGOUT"]);
      assertFalse(said.includes("IMAP4rev1"), said);
    } finally {
      await server.stop();
    }
    assertFalse(existsSync(server.folder));
  });
});
