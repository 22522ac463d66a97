// BINARY and CATENATE of the in-memory server, and the client's calls with it.
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type AppendResult,
  ImapClient,
  ImapError,
  InvalidArgumentError,
  ProtocolError,
} from "@imapclient/imapclient";
import { MemoryServer } from "../../../src/testing/mod.ts";
import { bytes, text } from "../../support/wire.ts";
import { readAll } from "../../support/bytes.ts";

const MULTIPART = "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nplain\r\n--x\r\n" +
  "Content-Transfer-Encoding: base64\r\n\r\nYQBi\r\n--x\r\n" +
  "Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=BC\r\n--x--\r\n";
const UNKNOWN = "Content-Transfer-Encoding: x-foo\r\n\r\nzz\r\n";

/** A client with ann's INBOX selected; the server has these capabilities too. */
async function open(add: readonly string[], options: { appendLimit?: number } = {}) {
  const server = new MemoryServer({ capabilities: { add }, greeting: "PREAUTH", ...options });
  const ann = server.addUser("ann", "secret");
  const client = await ImapClient.connect({ transport: server.transport });
  ann.append("INBOX", MULTIPART);
  ann.append("INBOX", UNKNOWN);
  ann.append("INBOX", "Subject: a\r\n\r\nb\r\n");
  const { UIDVALIDITY } = await client.selectFolder("INBOX");
  return {
    server,
    ann,
    client,
    uidValidity: UIDVALIDITY!,
    [Symbol.dispose]: () => client.shutdown(),
  };
}

describe("BINARY of the in-memory server", () => {
  for (const add of [["BINARY"], []]) {
    const how = add.length > 0 ? "with BINARY" : "without";
    it(`${how}: parts are decoded, an unknown encoding spoils its message [ext BINARY]`, async () => {
      using it = await open(add);
      const items = [
        ...["BINARY.PEEK[1]", "BINARY.PEEK[2]", "BINARY.PEEK[3]<1.5>", "BINARY.SIZE[2]"],
        ...["BINARY.SIZE[9]", "FLAGS"],
      ] as const;
      const found = await it.client.fetch("1:*", items);
      const one = found.get(1)!;
      assertEquals(text(one["BINARY[1]"]!), "plain");
      assertEquals([...one["BINARY[2]"]!], [97, 0, 98]);
      assertEquals([...one["BINARY[3]<1>"]!], [0xbc]);
      assertEquals([one["BINARY.SIZE[2]"], one["BINARY.SIZE[9]"], one.FLAGS.length], [3, 0, 1]);
      assertThrows(() => found.get(2)!["BINARY[1]"], ProtocolError, "x-foo");
      assertEquals(found.get(2)!["BINARY[2]"], null);
      assertEquals(text(found.get(3)!["BINARY[1]"]!), "b\r\n");
      assertEquals(found.size, 3);
    });

    it(`${how}: \\Seen is set by BINARY alone [ext BINARY]`, async () => {
      using it = await open(add);
      const seen = async () =>
        [...(await it.client.getFlags("1:*")).values()].map((flags) => flags.includes("\\Seen"));
      await it.client.fetch("1:*", ["BINARY.PEEK[1]", "BINARY.SIZE[1]"]);
      assertEquals(await seen(), [false, false, false]);
      await it.client.fetch("1,2", ["BINARY[1]<0.1>"]);
      assertEquals(await seen(), [true, true, false]);
    });

    it(`${how}: one by one, and as streams [ext BINARY]`, async () => {
      using it = await open(add);
      const texts: string[] = [];
      for await (const message of it.client.fetchEach("1,3", ["BINARY.PEEK[1]"])) {
        texts.push(text(message["BINARY[1]"]!));
      }
      const streams = it.client.fetchEach("1,3", ["BINARY.PEEK[1]", "UID"], { stream: true });
      for await (const message of streams) texts.push(text(await readAll(message["BINARY[1]"])));
      assertEquals(texts, ["plain", "b\r\n", "plain", "b\r\n"]);
    });
  }

  it("refuses an unknown encoding, and what is no item [ext BINARY]", async () => {
    using it = await open(["BINARY"]);
    const raw = (item: string) =>
      it.client.run({
        name: "FETCH",
        state: "selected",
        write: (out) => void out.sp().raw("2").sp().raw(item),
        result: (done) => done.text,
      });
    const error = await assertRejects(() => raw("BINARY.PEEK[1]"), ImapError);
    assertEquals((error as ImapError).code, "UNKNOWN-CTE");
    assertEquals(
      ((await assertRejects(() => raw("BINARY.SIZE[1]"))) as ImapError).code,
      "UNKNOWN-CTE",
    );
    for (const item of ["BINARY[TEXT]", "BINARY.SIZE[1]<0.1>", "BINARY.PEEK", "BINARY[0]"]) {
      await assertRejects(() => raw(item), ImapError, "FETCH failed");
    }
    const { client } = await open([]);
    await assertRejects(() =>
      client.run({
        name: "FETCH",
        state: "selected",
        write: (out) => void out.sp().raw("1 BINARY[1]"),
        result: (done) => done.text,
      }), ImapError);
    client.shutdown();
  });
});

describe("literal8 and CATENATE of the in-memory server", () => {
  const whole = async (client: ImapClient, { uid }: Pick<AppendResult, "uid">) => {
    const found = await client.fetch(uid!, ["BODY.PEEK[]"]);
    return text(found.get(uid!)!["BODY[]"]!);
  };

  it("a NUL is stored with BINARY, and refused without [ext LITERAL8]", async () => {
    using it = await open(["BINARY"]);
    assertEquals(await whole(it.client, await it.client.append("INBOX", "a\0b")), "a\0b");
    const stream = new Blob(["c\0d"]).stream();
    const streamed = await it.client.append("INBOX", { stream, size: 3, binary: true });
    assertEquals(await whole(it.client, streamed), "c\0d");
    using other = await open([]);
    await assertRejects(() => other.client.append("INBOX", "a\0b"), InvalidArgumentError);
  });

  it("pieces are joined, by the server or here [ext CATENATE]", async () => {
    using it = await open(["CATENATE", "URL-PARTIAL", "BINARY"]);
    const { client, uidValidity, ann } = it;
    ann.createFolder("Entwürfe/;x");
    ann.append("Entwürfe/;x", "Subject: other\r\n\r\nbody\r\n");
    const inbox = { folder: "inbox", uidValidity };
    const appended = await client.append("INBOX", [
      { url: { ...inbox, uid: 3, section: "HEADER.FIELDS (SUBJECT)" } },
      "new\n",
      { url: { ...inbox, uid: 1, section: "2" } },
      { url: { folder: "Entwürfe/;x", uid: 1, section: "TEXT" } },
      { url: { ...inbox, uid: 3, partial: { offset: 9, length: 1 } } },
      { url: { ...inbox, uid: 3, partial: { offset: 14 } } },
      bytes("\0"),
    ], { flags: ["\\Draft"] });
    assertEquals(
      await whole(client, appended),
      "Subject: a\r\n\r\nnew\r\nYQBibody\r\nab\r\n\0",
    );
    const flags = await client.getFlags([1, 3, appended.uid!]);
    assertEquals([...flags.values()].map((it) => it.includes("\\Seen")), [false, false, false]);
    const several = await client.multiappend("INBOX", [
      "one",
      [{ url: { ...inbox, uid: 3 } }, "two"],
      ["three", "four"],
    ]);
    const texts = await Promise.all(several.uids.map((uid) => whole(client, { uid })));
    assertEquals(texts, ["one", "Subject: a\r\n\r\nb\r\ntwo", "threefour"]);
  });

  it("a URL that leads nowhere → BADURL, and nothing is stored [ext CATENATE]", async () => {
    using it = await open(["CATENATE"]);
    const { client, uidValidity } = it;
    const inbox = { folder: "INBOX", uidValidity };
    const bad = [
      ...[{ ...inbox, uid: 99 }, { folder: "none", uid: 1 }, {
        folder: "INBOX",
        uid: 1,
        uidValidity: 7,
      }],
      ...[{ ...inbox, uid: 1, section: "9" }, { ...inbox, uid: 3, section: "1.HEADER" }],
    ];
    for (const url of bad) {
      const error = await assertRejects(
        () => client.multiappend("INBOX", ["one", ["two", { url }, "three"]]),
        ImapError,
      ) as ImapError;
      assertEquals(error.code, "BADURL");
      assert(error.responseCode!.url!.includes(`/;UID=${url.uid}`), error.message);
    }
    const { EXISTS } = await client.selectFolder("INBOX");
    assertEquals(EXISTS, 3);
  });

  it("more than APPENDLIMIT in all → TOOBIG, as more than the limit → refused here [ext CATENATE]", async () => {
    using it = await open(["CATENATE"], { appendLimit: 30 });
    const url = { folder: "INBOX", uid: 3 };
    const pieces = ["x".repeat(10), { url }, { url }];
    const error = await assertRejects(() => it.client.append("INBOX", pieces), ImapError);
    assertEquals((error as ImapError).code, "TOOBIG");
    await assertRejects(
      () => it.client.append("INBOX", ["x".repeat(31), { url }]),
      InvalidArgumentError,
      "APPENDLIMIT",
    );
    await it.client.append("INBOX", ["x", { url }]);
  });
});
