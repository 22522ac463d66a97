import { after, before, beforeEach, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ANSWERED,
  CapabilityError,
  DELETED,
  FLAGGED,
  type ImapClient,
  ImapError,
  InvalidArgumentError,
  parseToDatetime,
  SEEN,
} from "@imapclient/imapclient";
import { type RunningServer, SERVERS } from "../support/servers/servers.ts";

const mail = (subject: string) => `Subject: ${subject}\r\n\r\nThe body of ${subject}.\r\n`;
const text = (bytes: Uint8Array | null) => new TextDecoder().decode(bytes ?? new Uint8Array());

for (const { name: server, missing, start } of SERVERS) {
  describe(`changing mail on ${server}`, { skip: missing }, () => {
    let running: RunningServer;
    let client: ImapClient;
    let own = "";
    let box = "";
    let other = "";

    before(async () => {
      running = await start();
      client = await running.open();
      own = (await client.namespace()).personal![0].prefix as string;
      box = `${own}box & Söhne`;
      other = `${own}other`;
    });
    after(() => running?.stop());

    /** Two fresh folders; the first is selected and has three messages with these UIDs. */
    let uids: number[] = [];
    beforeEach(async () => {
      client.useUid = true;
      if (client.state === "selected") await client.closeFolder();
      for (const folder of [box, other]) {
        if (await client.folderExists(folder)) await client.deleteFolder(folder);
        await client.createFolder(folder);
      }
      uids = [];
      for (const subject of ["one", "two", "three"]) {
        uids.push((await client.append(box, mail(subject))).uid!);
      }
      await client.selectFolder(box);
    });

    const subjects = async (folder: string) => {
      await client.selectFolder(folder);
      const messages = await client.fetch("1:*", ["ENVELOPE"]);
      return [...messages.values()].map(({ ENVELOPE }) => ENVELOPE.subject);
    };

    it("more ids than fit into a line that a server takes", async () => {
      const [first] = uids;
      const ids = Array.from({ length: 30_000 }, (_, i) => first + 2 * i);
      assertEquals([...(await client.fetch(ids, ["FLAGS"])).keys()], [uids[0], uids[2]]);
      assertEquals((await client.addFlags(ids, FLAGGED)).size, 2);
      assertEquals((await client.copy(ids, other)).uids.size, 2);
      await client.move(ids, other);
      assertEquals(await subjects(box), ["two"]);
      assertEquals((await subjects(other)).sort(), ["one", "one", "three", "three"]);
    });

    it("L1 L2 Z15 append stores text or bytes, with flags and date, and returns the UID [ext APPEND]", async () => {
      const before = await client.folderStatus(other);
      const date = parseToDatetime("05-Apr-2009 11:00:05 +0230");
      const accented = "Subject: =?utf-8?q?=C3=BC?=\n\nschöne Grüße\n"; // bare LF, 8-bit
      const one = await client.append(other, accented, { flags: [SEEN, "custom"], date });
      const two = await client.append(other, new TextEncoder().encode(mail("bytes")));
      assertEquals([one.uidValidity, one.uid], [before.UIDVALIDITY, before.UIDNEXT]);
      assertEquals(two.uid, one.uid! + 1);
      assert(one.text.startsWith(`[APPENDUID ${one.uidValidity} ${one.uid}]`), one.text);
      await client.selectFolder(other);
      const items = ["FLAGS", "INTERNALDATE", "BODY.PEEK[]", "ENVELOPE"] as const;
      const messages = await client.fetch([one.uid!, two.uid!], items);
      const first = messages.get(one.uid!)!;
      assert(first.FLAGS.includes(SEEN) && first.FLAGS.includes("custom"), `${first.FLAGS}`);
      assertEquals(first.INTERNALDATE!.getTime(), date.getTime());
      assertEquals(text(first["BODY[]"]), accented.replaceAll("\n", "\r\n"));
      const second = messages.get(two.uid!)!;
      assert(Math.abs(second.INTERNALDATE!.getTime() - Date.now()) < 120_000);
      assertEquals(text(second["BODY[]"]), mail("bytes"));
    });

    it("L1 an append that can't be done throws with the server's code", async () => {
      const error = await assertRejects(() => client.append(`${own}nowhere`, mail("x")), ImapError);
      assert(error.code === "TRYCREATE" || error.code === "NONEXISTENT", error.message);
      // If the server has BINARY, a NUL can be sent (RFC 3516), and some servers store it.
      if (!await client.hasCapability("BINARY")) {
        await assertRejects(() => client.append(box, "a\0b"), InvalidArgumentError);
      }
      await client.noop();
      assertEquals((await client.search()).length, 3);
    });

    it("L1 P9 a large message is uploaded whole", async () => {
      const line = `${"x".repeat(70)}\r\n`;
      const large = `Subject: large\r\n\r\n${line.repeat(40_000)}`;
      const { uid } = await client.append(other, large);
      await client.selectFolder(other);
      const message = (await client.fetch(uid!, ["RFC822.SIZE", "BODY.PEEK[]"])).get(uid!)!;
      assertEquals(message["RFC822.SIZE"], large.length);
      assertEquals(text(message["BODY[]"]) === large, true);
    });

    it("L1 a message is uploaded from a stream [ext STREAMED-UPLOAD]", async () => {
      const line = new TextEncoder().encode(`${"y".repeat(998)}\r\n`);
      const head = new TextEncoder().encode("Subject: streamed\r\n\r\n");
      const size = head.length + 3000 * line.length;
      let sent = 0;
      const stream = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(head),
        pull: (controller) => sent++ < 3000 ? controller.enqueue(line) : controller.close(),
      });
      const { uid } = await client.append(other, { stream, size });
      await client.selectFolder(other);
      const message = (await client.fetch(uid!, ["RFC822.SIZE", "BODY.PEEK[]<0.23>"])).get(uid!)!;
      assertEquals(message["RFC822.SIZE"], size);
      assertEquals(text(message["BODY[]<0>"]), "Subject: streamed\r\n\r\nyy");
    });

    it("L8 multiappend stores all, in order", async () => {
      const date = parseToDatetime("01-Feb-2020 12:00:00 -0500");
      const { uids } = await client.multiappend(other, [
        mail("first"),
        new TextEncoder().encode(mail("second")),
        { msg: mail("third"), flags: [FLAGGED], date },
      ]);
      assertEquals(await subjects(other), ["first", "second", "third"]);
      const last = (await client.fetch(uids[2], ["FLAGS", "INTERNALDATE"])).get(uids[2])!;
      assert(last.FLAGS.includes(FLAGGED));
      assertEquals(last.INTERNALDATE!.getTime(), date.getTime());
      await assertRejects(() => client.multiappend(`${own}nowhere`, [mail("x")]), ImapError);
      await client.noop();
    });

    it("K1 K3 B4 flags are added, removed and set", async () => {
      const [one, two] = uids;
      const has = (flags: readonly string[] | undefined, ...wanted: string[]) => {
        const known = flags!.filter((flag) => flag !== "\\Recent").map((it) => it.toLowerCase());
        assertEquals(known.sort(), wanted.map((it) => it.toLowerCase()).sort());
      };
      has((await client.addFlags([one, two], [SEEN, "$custom"])).get(one), SEEN, "$custom");
      has((await client.addFlags(one, FLAGGED)).get(one), SEEN, FLAGGED, "$custom");
      has((await client.removeFlags(one, [SEEN, "$custom"])).get(one), FLAGGED);
      has((await client.setFlags([one], [ANSWERED])).get(one), ANSWERED);
      has((await client.getFlags(two)).get(two), SEEN, "$custom");
      assertEquals(await client.setFlags(two, [], { silent: true }), null);
      has((await client.getFlags(two)).get(two));
      has((await client.deleteMessages(two)).get(two), DELETED);
      assertEquals(await client.deleteMessages("1:*", { silent: true }), null);
      assertEquals((await client.search(["DELETED"])).length, 3);
    });

    it("K1 A3 flags by sequence number", async () => {
      client.useUid = false;
      const changed = await client.addFlags([1, 3], FLAGGED);
      assertEquals([...changed.keys()], [1, 3]);
      assertEquals([...await client.search("FLAGGED")], [1, 3]);
    });

    it("K1 a store of messages that are not there changes nothing", async () => {
      assertEquals((await client.addFlags(999_999, SEEN)).size, 0);
      assertEquals((await client.search(["SEEN"])).length, 0);
    });

    it("L3 Z15 copy returns the new UIDs", async () => {
      const { uids: copied, uidValidity, text } = await client.copy(uids.slice(1), other);
      assertEquals([...copied.keys()], uids.slice(1));
      assert(text.includes("COPYUID"), text);
      assertEquals((await client.search()).length, 3);
      assertEquals(await subjects(other), ["two", "three"]);
      assertEquals([...await client.search()], [...copied.values()]);
      assertEquals(uidValidity, (await client.folderStatus(other)).UIDVALIDITY);
      const error = await assertRejects(() => client.copy("1:*", `${own}nowhere`), ImapError);
      assert(error.code === "TRYCREATE" || error.code === "NONEXISTENT", error.message);
    });

    it("L4 move takes them along [ext MOVE]", async () => {
      const { uids: moved } = await client.move(uids.slice(0, 2), other);
      assertEquals([...moved.keys()], uids.slice(0, 2));
      assertEquals([...await client.search()], [uids[2]]);
      assertEquals(await subjects(other), ["one", "two"]);
      assertEquals([...await client.search()], [...moved.values()]);
      await assertRejects(() => client.move("1:*", `${own}nowhere`), ImapError);
      assertEquals((await client.search()).length, 2);
    });

    it("L4 move in steps does the same if a server has no MOVE [ext MOVE-FALLBACK]", async () => {
      const plain = await running.open();
      // As if it had never been offered.
      const all = await plain.capabilities();
      const without = all.filter((name) => name !== "MOVE");
      (all as string[]).splice(0, all.length, ...without);
      await plain.selectFolder(box);
      const { uids: moved } = await plain.move(uids.slice(0, 2), other);
      assertEquals([...moved.keys()], uids.slice(0, 2));
      assertEquals([...await plain.search()], [uids[2]]);
      assertEquals(await subjects(other), ["one", "two"]);
      await plain.logout();
    });

    it("L5 expunge returns what was removed", async () => {
      await client.deleteMessages([uids[0], uids[2]]);
      const { responses } = await client.expunge();
      const left = [1, 2, 3];
      for (const it of responses) if (it.type === "EXPUNGE") left.splice(it.number - 1, 1);
      assertEquals(left, [2]);
      assertEquals([...await client.search()], [uids[1]]);
      assertEquals((await client.expunge()).responses.filter((it) => it.type === "EXPUNGE"), []);
    });

    it("L6 L7 uidExpunge leaves other deleted messages alone [ext UIDPLUS]", async () => {
      await client.deleteMessages(uids);
      await client.uidExpunge([uids[0], 999_999]);
      assertEquals([...await client.search()], uids.slice(1));
      await client.expunge(uids[1]);
      assertEquals([...await client.search()], uids.slice(2));
      client.useUid = false;
      await assertRejects(() => client.expunge(1), InvalidArgumentError);
    });

    it("M5 noop returns what others did", async () => {
      const second = await running.open();
      await second.append(box, mail("four"));
      // Cyrus looks for changes once a second at most.
      let news: string[] = [];
      for (let i = 0; i < 40 && !news.includes("4 EXISTS"); i++) {
        const { responses } = await client.noop();
        news = responses.map((it) => "number" in it ? `${it.number} ${it.type}` : it.type);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert(news.includes("4 EXISTS"), news.join(", "));
      await second.logout();
    });

    it("E3 a missing capability is reported before anything is sent", async () => {
      await assertRejects(() => client.gmailSearch("x"), CapabilityError);
      await assertRejects(() => client.getGmailLabels("1:*"), CapabilityError);
      await assertRejects(() => client.addGmailLabels("1:*", "x"), CapabilityError);
    });

    it("many changes at once have the right results", async () => {
      const flags = ["a", "b", "c", "d", "e"];
      await Promise.all([
        ...flags.map((flag) => client.addFlags(uids, flag, { silent: true })),
        client.copy(uids, other),
        client.append(box, mail("four")),
        client.getFlags(uids),
        client.search("ALL"),
      ]);
      for (const found of (await client.getFlags(uids)).values()) {
        assertEquals(found.filter((flag) => flags.includes(flag)).sort(), flags);
      }
      assertEquals((await client.folderStatus(other)).MESSAGES, 3);
    });
  });
}
