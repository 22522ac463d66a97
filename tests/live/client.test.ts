import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CertificateError,
  ConnectError,
  fetchProblems,
  IllegalStateError,
  ImapAbortError,
  ImapClient,
  ImapError,
  InvalidArgumentError,
  InvalidCriteriaError,
  LoginError,
  ProtocolError,
  ReadOnlyError,
  TlsError,
} from "@imapclient/imapclient";
import PostalMime from "postal-mime";
import {
  type Dovecot,
  DOVECOT_USERS,
  dovecotMissing,
  startDovecot,
} from "../support/servers/dovecot.ts";
import { LARGE_SIZE, LIVE_MAILS } from "../support/servers/mails.ts";
import { type RunningTarget, TARGETS } from "../support/servers/targets.ts";

const text = (bytes: Uint8Array | null) => new TextDecoder().decode(bytes ?? new Uint8Array());

for (const target of TARGETS) {
  describe(target.name, { skip: target.missing }, () => {
    let running: RunningTarget;
    let client: ImapClient;

    before(async () => {
      running = await target.start();
      client = await running.open();
      await client.selectFolder("INBOX", { readonly: true });
    });
    after(async () => {
      await client?.logout();
      await running?.stop();
    });

    it("A12 E1 E2 greets and says what it can do, in upper case [ext IMAP4rev1]", async () => {
      assert(client.welcome.length > 0);
      assert((await client.capabilities()).includes("IMAP4REV1"));
      assert(await client.hasCapability("imap4rev1"));
      assert(!await client.hasCapability("X-NO-SUCH-THING"));
    });

    it("F1 F6 F9 lists folders by their names as text [ext LIST]", async () => {
      const folders = await client.listFolders();
      const names = folders.map(({ name }) => name);
      for (const name of ["INBOX", "12345", "Überweisungen & Rechnungen"]) {
        assert(names.includes(name), `${name} in ${names}`);
      }
      assertEquals(folders[0].delimiter, "/");
      assertEquals((await client.listFolders("", "1%")).map(({ name }) => name), ["12345"]);
      assertEquals(await client.listFolders("", "no such folder"), []);
    });

    it("A10 returns folder names as bytes when folderEncode is off", async () => {
      client.folderEncode = false;
      const listing = client.listFolders();
      client.folderEncode = true; // for later calls only
      const folder = (await listing).find(({ name }) => text(name as Uint8Array).startsWith("&"))!;
      assertInstanceOf(folder.name, Uint8Array);
      assertEquals(text(folder.name), "&ANw-berweisungen &- Rechnungen");
    });

    it("G3 G4 selects a folder and says what is in it", async () => {
      const inbox = await client.selectFolder("INBOX", { readonly: true });
      assertEquals(inbox.EXISTS, LIVE_MAILS.length);
      assertEquals(typeof inbox.UIDVALIDITY, "number");
      assertEquals(inbox.UIDNEXT, LIVE_MAILS.length + 1);
      assert(inbox.FLAGS.includes("\\Seen"));
      assertEquals(inbox["READ-ONLY"], true);
    });

    it("B8 selects a folder whose name needs encoding", async () => {
      const other = await running.open();
      assertEquals((await other.selectFolder("Überweisungen & Rechnungen")).EXISTS, 0);
      assertEquals([...await other.search()], []);
      assertEquals((await other.fetch("1:*", ["FLAGS"])).size, 0);
      await other.logout();
    });

    it("H1 H2 H4 H8 searches by flags, text, dates, sizes, nested and with 8-bit text [ext SEARCH, RAW-CRITERIA]", async () => {
      for (
        const [criteria, expected] of [
          ["ALL", [1, 2, 3, 4]],
          [["UNSEEN"], [2, 4]],
          [["FROM", "bob"], [1]],
          [["SUBJECT", "Grüße"], [1]],
          [["TEXT", "schöne"], [1]],
          [["NOT", ["FROM", "bob", "SEEN"]], [2, 3, 4]],
          [["OR", ["SUBJECT", "Köln"], "FLAGGED"], [1, 3]],
          [["SINCE", "2026-02-01"], [3, 4]],
          [["LARGER", LARGE_SIZE / 2], [3]],
          [["HEADER", "Message-ID", "two@"], [2]],
          [["UID", [1, 2, 3], "SEEN"], [1, 3]],
          ['SUBJECT "large" FLAGGED', [3]],
          ['SUBJECT "Köln"', [1]],
          [{ from: "bob", seen: true }, [1]],
          [{ or: [{ subject: "Köln" }, { flagged: true }] }, [1, 3]],
          [{ not: { uid: [1, 2] }, larger: 10 }, [3, 4]],
          [["SUBJECT", 'no " such \\ thing)'], []],
        ] as const
      ) {
        assertEquals([...await client.search(criteria)], [...expected], JSON.stringify(criteria));
      }
    });

    it("H9 says which criteria the server refused", async () => {
      const error = await assertRejects(
        () => client.search(["NOSUCHKEY", "x"]),
        InvalidCriteriaError,
        "NOSUCHKEY",
      );
      assert(error.text !== null);
    });

    it("J1 J3 J4 fetches typed values by id [ext ENVELOPE]", async () => {
      const items = ["ENVELOPE", "FLAGS", "INTERNALDATE", "RFC822.SIZE"] as const;
      const messages = await client.fetch([1, 2], items);
      assertEquals([...messages.keys()], [1, 2]);
      const one = messages.get(1)!;
      assertEquals(one.SEQ, 1);
      assertEquals(one.ENVELOPE.subject, "Grüße aus Köln");
      assertEquals(`${one.ENVELOPE.from?.[0]}`, "Bob Berg <bob@example.org>");
      assertEquals(one.ENVELOPE.date?.toISOString(), "2026-01-10T08:30:00.000Z");
      assertEquals(one.ENVELOPE.date?.offsetMinutes, 60);
      assertEquals(one["RFC822.SIZE"], new TextEncoder().encode(LIVE_MAILS[0].text).length);
      assertEquals(one.INTERNALDATE?.getTime(), LIVE_MAILS[0].date.getTime());
      assert(one.FLAGS.includes("\\Seen"));
      const two = messages.get(2)!;
      assertEquals(two.ENVELOPE.subject, "日本語");
      assertEquals(two.ENVELOPE.inReplyTo, "<one@example.org>");
    });

    it("O3 shows a group by its marks", async () => {
      const message = (await client.fetch(2, ["ENVELOPE"])).get(2)!;
      assertEquals(message.ENVELOPE.cc?.map(({ mailbox, host }) => [mailbox, host]), [
        ["Friends", null],
        ["a", "example.org"],
        ["b", "example.org"],
        [null, null],
      ]);
    });

    it("O4 returns null for what a message does not have", async () => {
      const { ENVELOPE } = (await client.fetch(4, ["ENVELOPE"])).get(4)!;
      assertEquals(ENVELOPE.date, null);
      assertEquals(ENVELOPE.from?.length ?? 0, 0);
      assertEquals(ENVELOPE.subject, "no sender");
    });

    it("O5 O6 returns the structure of a message, part by part [ext BODYSTRUCTURE]", async () => {
      const { BODYSTRUCTURE } = (await client.fetch(2, ["BODYSTRUCTURE"])).get(2)!;
      assert(BODYSTRUCTURE.isMultipart);
      const [alternative, data] = BODYSTRUCTURE.parts;
      assert(alternative.isMultipart && !data.isMultipart);
      assertEquals(alternative.parts.map(({ part, subtype }) => [part, subtype]), [
        ["1.1", "plain"],
        ["1.2", "html"],
      ]);
      assertEquals([data.part, data.encoding], ["2", "base64"]);
      assertEquals(data.disposition?.type, "attachment");
      assertEquals(data.disposition?.params.filename, "data.bin");
      const { "BODY[2]": body } = (await client.fetch(2, ["BODY.PEEK[2]"])).get(2)!;
      assertEquals(text(body).trim(), "AAECAwQFBgc=");
    });

    it("J5 finds sections under their names in upper case, and parts of them [ext PARTIAL-FETCH]", async () => {
      const message = (await client.fetch(1, [
        "BODY.PEEK[HEADER.FIELDS (from subject)]",
        "BODY.PEEK[]<0.20>",
        "body.peek[text]",
      ])).get(1)!;
      assert(text(message["BODY[HEADER.FIELDS (FROM SUBJECT)]"]).startsWith("From: Bob"));
      assertEquals(text(message["BODY[]<0>"]), LIVE_MAILS[0].text.slice(0, 20));
      assertEquals(text(message["BODY[TEXT]"]), "Hallo Ann, schöne Grüße!\r\n");
    });

    it("B1 B3 takes ids as numbers, lists and sets, and sends nothing for none", async () => {
      const keys = async (ids: Parameters<typeof client.fetch>[0]) => [
        ...(await client.fetch(ids, ["FLAGS"])).keys(),
      ];
      assertEquals(await keys(3), [3]);
      assertEquals(await keys("1:2,4"), [1, 2, 4]);
      assertEquals(await keys(new Set([1, 4])), [1, 4]);
      assertEquals(await keys([]), []);
      assertEquals(await keys("900:901"), []);
    });

    it("J10 returns the flags by id", async () => {
      const flags = await client.getFlags("1,3");
      assertEquals([...flags.keys()], [1, 3]);
      assert(flags.get(1)?.includes("\\Seen"));
      assert(flags.get(3)?.includes("\\Flagged"));
    });

    it("J11 the guide's way to read a whole message", async () => {
      const message = (await client.fetch(2, ["BODY.PEEK[]"])).get(2);
      const email = await PostalMime.parse(message?.["BODY[]"] ?? "");
      assertEquals(email.subject, "日本語");
      assertEquals(email.text?.trim(), "plain words");
      assertEquals(email.attachments.map(({ filename }) => filename), ["data.bin"]);
    });

    it("A3 works with sequence numbers as well, and returns the UID on request", async () => {
      client.useUid = false;
      const messages = await client.fetch("4:*", ["UID"]);
      assertEquals([...await client.search("SEEN")], [1, 3]);
      client.useUid = true;
      assertEquals(messages.get(4)?.UID, 4);
    });

    it("takes many calls at once", async () => {
      const [folders, ids, message, noop] = await Promise.all([
        client.listFolders(),
        client.search("ALL"),
        client.fetch(1, ["FLAGS"]),
        client.noop(),
      ]);
      assert(folders.length >= 3);
      assertEquals([ids.length, message.size], [4, 1]);
      assert(noop.text.length > 0);
      const fetches = Array.from({ length: 200 }, (_, i) => client.fetch(i % 4 + 1, ["FLAGS"]));
      for (const [i, found] of (await Promise.all(fetches)).entries()) {
        assertEquals([...found.keys()], [i % 4 + 1]);
      }
    });

    it("yields messages one by one, with other calls between them", async () => {
      const seen: number[] = [];
      for await (const message of client.fetchEach("1:*", ["FLAGS", "BODY.PEEK[]"])) {
        seen.push(message.UID);
        assertEquals((await client.search(["UID", `${message.UID}`])).length, 1);
      }
      assertEquals(seen, [1, 2, 3, 4]);
      for await (const message of client.fetchEach("1:*", ["BODY.PEEK[]"])) {
        if (message.UID === 2) break;
      }
      assertEquals((await client.search()).length, 4);
    });

    it("Z12 streams a section [ext STREAMED-DOWNLOAD]", async () => {
      const sizes: number[] = [];
      const rows = client.fetchEach("1:*", ["RFC822.SIZE", "BODY.PEEK[]"], { stream: true });
      for await (const message of rows) {
        let size = 0;
        for await (const chunk of message["BODY[]"]) size += chunk.length;
        assertEquals(size, message["RFC822.SIZE"]);
        sizes.push(size);
      }
      assertEquals(sizes.length, 4);
      assert(sizes[2] > LARGE_SIZE);
    });

    it("leaves the connection usable after an abort", async () => {
      const controller = new AbortController();
      const all = client.fetch("1:*", ["BODY.PEEK[]"], { signal: controller.signal });
      controller.abort(new Error("enough"));
      await assertRejects(() => all, Error, "enough");
      assertEquals((await client.search()).length, 4);
    });

    it("Q1 Q5 Q10 throws errors, and continues", async () => {
      const other = await running.open();
      await assertRejects(() => other.search(), IllegalStateError, "selectFolder");
      const error = await assertRejects(() => other.selectFolder("no such folder"), ImapError);
      assertEquals(error.command, 'SELECT "no such folder"');
      assert(error.message.startsWith("SELECT failed: "));
      await assertRejects(() => other.fetch("1-2", ["FLAGS"]), InvalidArgumentError, "colon");
      await assertRejects(() => other.search(["SUBJECT", "a\0b"]), ImapError);
      assertEquals((await other.selectFolder("INBOX", { readonly: true })).EXISTS, 4);
      await assertRejects(() => other.fetch(1, ["NO SUCH ITEM"]), InvalidArgumentError);
      assertEquals(fetchProblems((await other.fetch(1, ["FLAGS"])).get(1)!), []);
      await other.logout();
      assert(other.closed);
      await assertRejects(() => other.noop(), ImapError);
    });

    it("A14 logs out when it is disposed of", async () => {
      const other = await running.open();
      await other[Symbol.asyncDispose]();
      assert(other.closed);
      await other[Symbol.asyncDispose]();
    });
  });
}

describe("logging in to Dovecot", { skip: dovecotMissing }, () => {
  let server: Dovecot;
  const connect = (options = {}) =>
    ImapClient.connect({ host: server.host, port: server.port, ssl: false, ...options });

  before(async () => {
    server = await startDovecot();
  });
  after(() => server?.stop());

  it("D1 Z9 takes a password with quotes, backslashes and umlauts [ext NON-ASCII-PASSWORD]", async () => {
    for (const how of ["login", "plainLogin"] as const) {
      const client = await connect();
      assert((await client[how]("bob", DOVECOT_USERS.bob)).includes("Logged in"));
      assertEquals(client.state, "authenticated");
      await client.logout();
    }
  });

  it("Q7 a wrong password is a LoginError without the password", async () => {
    const client = await connect();
    for (const how of ["login", "plainLogin"] as const) {
      const error = await assertRejects(() => client[how]("ann", "hunter2"), LoginError);
      assertEquals(error.code, "AUTHENTICATIONFAILED");
      assert(!JSON.stringify([error.message, error.command, `${error.stack}`]).includes("hunter2"));
    }
    assertEquals(client.state, "not authenticated");
    await client.login("ann", "secret");
    await client.logout();
  });

  it("Q5 nothing but a login can be done before one", async () => {
    const client = await connect();
    await assertRejects(() => client.listFolders(), IllegalStateError, "login");
    await client.logout();
  });

  it("D10 E1 knows after the login what the server can do now", async () => {
    const client = await connect();
    assert(!await client.hasCapability("QUOTA"));
    await client.login("ann", "secret");
    assert(await client.hasCapability("QUOTA"));
    await client.logout();
  });

  it("C5 C6 C7 starts TLS on request, and not twice [ext STARTTLS]", async () => {
    const client = await connect({ tls: { ca: server.ca } });
    assert(!client.ssl);
    assert((await client.starttls()).length > 0);
    assert(client.ssl);
    await assertRejects(() => client.starttls(), ImapError, "already established");
    await client.login("ann", "secret");
    await client.logout();
  });

  it("C1 does not trust a certificate of an unknown authority", async () => {
    for (
      const options of [{ port: server.tlsPort, ssl: true }, { starttls: true, ssl: undefined }]
    ) {
      await assertRejects(() => connect(options), CertificateError);
    }
  });

  it("TLS to the port for plain text, and the other way round, fails clearly", async () => {
    await assertRejects(() => connect({ ssl: true }), TlsError);
    await assertRejects(() => connect({ port: server.tlsPort, timeout: 3 }), ImapError);
  });

  it("no server at the port → a ConnectError that names it", async () => {
    await assertRejects(() => connect({ port: 1 }), ConnectError, "127.0.0.1:1");
  });

  it("C6 a command's streams need no TLS, and can't start it", async () => {
    const client = await ImapClient.connect({ stream: server.command("ann") });
    await assertRejects(() => client.starttls(), ImapAbortError, "already established");
    await client.logout();
  });

  it("a command that dies shows its last words", async () => {
    await assertRejects(
      () => ImapClient.connect({ stream: ["sh", "-c", "echo no mail today >&2; exit 3"] }),
      ImapError,
      "no mail today",
    );
  });

  it("G6 a read-only folder refuses commands that change it", async () => {
    const client = await connect();
    await client.login("ann", "secret");
    await client.selectFolder("INBOX", { readonly: true });
    const store = {
      name: "STORE",
      state: "selected",
      modifies: true,
      result: () => null,
    } as const;
    await assertRejects(() => client.run(store), ReadOnlyError);
    await client.logout();
  });

  it("Q8 a server that does not speak IMAP → ProtocolError", async () => {
    await assertRejects(
      () => ImapClient.connect({ stream: ["sh", "-c", "echo SSH-2.0-x; sleep 5"] }),
      ProtocolError,
      "SSH-2.0-x",
    );
  });
});

describe("a client certificate", { skip: dovecotMissing }, () => {
  it("C4 is shown to the server, over TLS and STARTTLS [ext TLS]", async () => {
    const server = await startDovecot({ clientCertificates: true });
    const { host, port, tlsPort, ca, clientCert: cert, clientKey: key } = server;
    const tls = { ca, cert, key };
    const external = {
      name: "AUTHENTICATE",
      write: (out: { sp(): { atom(text: string): { sp(): { raw(text: string): void } } } }) =>
        out.sp().atom("EXTERNAL").sp().raw("="),
      result: ({ text }: { text: string }) => text,
    };
    try {
      for (const options of [{ port: tlsPort, tls }, { port, starttls: true, tls }]) {
        const client = await ImapClient.connect({ host, ...options });
        assert((await client.run(external)).includes("Logged in"));
        await client.logout();
      }
    } finally {
      await server.stop();
    }
  });
});
