// BINARY, literal8 and CATENATE on real servers.
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { type ImapClient, ImapError, ProtocolError } from "@imapclient/imapclient";
import { readAll } from "../support/bytes.ts";
import { outcome } from "../support/fake_server.ts";
import {
  NEWER_CYRUS,
  NEWER_DOVECOT,
  type RunningServer,
  SERVERS,
} from "../support/servers/servers.ts";
import { text } from "../support/wire.ts";

const TIMEOUT = 20;
const encoded = (encoding: string, content: string) =>
  `Subject: x\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${content}`;

for (const { name: server, missing, start } of [...SERVERS, NEWER_CYRUS, NEWER_DOVECOT]) {
  describe(`BINARY and CATENATE on ${server}`, { skip: missing }, () => {
    let running: RunningServer;
    let client: ImapClient;
    let box = "";
    let uids: readonly number[] = [];
    let uidValidity = 0;

    before(async () => {
      running = await start();
      client = await running.open("ann", { timeout: TIMEOUT });
      box = `${(await client.namespace()).personal![0].prefix}binary`;
      await client.createFolder(box);
      ({ uids } = await client.multiappend(box, [
        encoded("base64", "YWJj\r\nZGVm\r\n"),
        encoded("x-foo", "zz\r\n"),
        encoded("quoted-printable", "a=3Db=\r\nc\r\n"),
        encoded("8bit", "plain\r\n"),
        // Dovecot ends the session at this one, if it is to decode it.
        encoded("base64", "YWJ"),
      ]));
      uidValidity = (await client.selectFolder(box)).UIDVALIDITY!;
    });
    after(() => running?.stop());

    // Dovecot's own BINARY is used for what it can decode.
    for (const unsafeBinary of [undefined, false]) {
      const how = unsafeBinary === undefined ? "as it is known" : "by its own BINARY";
      it(`${how}: parts come decoded, and a bad one spoils itself [ext BINARY]`, async () => {
        const other = await running.open("ann", { timeout: TIMEOUT, quirks: { unsafeBinary } });
        await other.selectFolder(box);
        const items = ["BINARY.PEEK[1]", "BINARY.PEEK[1]<1.3>", "BINARY.SIZE[1]"] as const;
        const found = await other.fetch(uids.slice(0, 4), items);
        const texts = [0, 2, 3].map((at) => {
          const it = found.get(uids[at])!;
          return [text(it["BINARY[1]"]!), text(it["BINARY[1]<1>"]!), it["BINARY.SIZE[1]"]];
        });
        const expected = [["abcdef", "bcd", 6], ["a=bc\r\n", "=bc", 6], ["plain\r\n", "lai", 7]];
        assertEquals(texts, expected);
        assertThrows(() => found.get(uids[1])!["BINARY[1]"], ProtocolError, "x-foo");
        // By itself, without the content to count; there is no MIME-Version.
        const sizes = await other.fetch(uids.slice(0, 4), ["BINARY.SIZE[1]"]);
        const told = [0, 2, 3].map((at) => sizes.get(uids[at])!["BINARY.SIZE[1]"]);
        assertEquals(told, [6, 6, 7]);
        const streamed: string[] = [];
        const each = other.fetchEach([uids[0], uids[2]], ["BINARY.PEEK[1]"], { stream: true });
        for await (const it of each) streamed.push(text(await readAll(it["BINARY[1]"])));
        assertEquals(streamed, ["abcdef", "a=bc\r\n"]);
        await other.logout();
      });
    }

    it("base64 without its padding → decoded, and the session goes on [ext BINARY]", async () => {
      const found = await client.fetch(uids[4], ["BINARY.PEEK[1]", "BINARY.SIZE[1]"]);
      const message = found.get(uids[4])!;
      assertEquals([text(message["BINARY[1]"]!), message["BINARY.SIZE[1]"]], ["ab", 2]);
      await client.noop();
    });

    it("\\Seen is set by BINARY[..] alone [ext BINARY]", async () => {
      const seen = async () => (await client.getFlags(uids[3])).get(uids[3])!.includes("\\Seen");
      await client.removeFlags(uids[3], "\\Seen");
      await client.fetch(uids[3], ["BINARY.PEEK[1]", "BINARY.SIZE[1]"]);
      assertEquals(await seen(), false);
      await client.fetch(uids[3], ["BINARY[1]"]);
      assertEquals(await seen(), true);
    });

    it("a NUL comes back, from bytes and from a stream [ext LITERAL8]", async () => {
      const message = encoded("binary", "a\0b\r\n");
      const stream = new Blob([message]).stream();
      const { uids: added } = await client.multiappend(box, [
        message,
        { stream, size: message.length, binary: true },
        ["Subject: x\r\nContent-Transfer-Encoding: binary\r\n\r\n", "a\0b\r\n"],
      ]);
      const found = await client.fetch(added, ["BINARY.PEEK[1]"]);
      for (const uid of added) {
        const bytes = found.get(uid)!["BINARY[1]"]!;
        // Dovecot's Maildir stores \x80 in place of NUL.
        assert(["a\0b\r\n", "a\x80b\r\n"].includes(text(bytes)), text(bytes));
      }
    });

    it("pieces are joined by the server, of any folder [ext CATENATE, MULTIAPPEND]", async () => {
      const here = { folder: box, uidValidity };
      const { uid } = await client.append(box, [
        "Subject: joined\r\n\r\n",
        { url: { ...here, uid: uids[3], section: "TEXT" } },
        { url: { ...here, uid: uids[0], section: "1" } },
        "end\n",
      ], { flags: ["\\Flagged"] });
      const { uids: several } = await client.multiappend(box, [
        [{ url: { ...here, uid: uids[3], section: "HEADER" } }, "x\r\n"],
        "Subject: plain\r\n\r\ny\r\n",
        ["Subject: z\r\n\r\n", { url: { ...here, uid: uids[3], section: "TEXT" } }],
      ]);
      const found = await client.fetch([uid!, ...several], ["BODY.PEEK[TEXT]", "FLAGS"]);
      const texts = [uid!, ...several].map((it) => text(found.get(it)!["BODY[TEXT]"]!));
      const joined = "plain\r\nYWJj\r\nZGVm\r\nend\r\n";
      assertEquals(texts, [joined, "x\r\n", "y\r\n", "plain\r\n"]);
      assert(found.get(uid!)!.FLAGS.includes("\\Flagged"));
    });

    it("a URL that leads nowhere → BADURL, and nothing is stored [ext CATENATE]", async () => {
      const before = (await client.selectFolder(box)).EXISTS;
      const bad = [
        { folder: box, uidValidity, uid: 99_999 },
        { folder: box, uidValidity: uidValidity + 1, uid: uids[0] },
      ];
      for (const url of bad) {
        const error = await outcome(client.append(box, ["Subject: x\r\n\r\n", { url }]));
        assertInstanceOf(error, ImapError);
        assertEquals(error.code, "BADURL");
        assert(error.responseCode!.url!.includes(`;UID=${url.uid}`), error.message);
      }
      assertEquals((await client.selectFolder(box)).EXISTS, before);
    });
  });
}
