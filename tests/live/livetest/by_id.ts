import { assert, assertEquals, assertRejects } from "@std/assert";
import { Envelope, InvalidArgumentError, parseToDatetime } from "@imapclient/imapclient";
import { fill, lower, mail, text } from "./messages.ts";
import type { Check } from "./suite.ts";

/** Calls on messages by their ids. These tests run with UIDs and with sequence numbers. */
export const BY_ID: readonly Check[] = [
  ["U7 L1 L2 append", async (account, client) => {
    await fill(account, client);
    const date = parseToDatetime("02-Jan-2009 03:04:05 +0230");
    for (
      const msg of [mail("text", { body: "Grüße ☢" }), new TextEncoder().encode(mail("bytes"))]
    ) {
      await client.append(account.messages, msg, {
        flags: ["\\Seen", "\\Flagged"],
        date,
      });
      if (account.quirks.gmail) await client.noop();
      await client.noop();
      const id = (await client.search()).at(-1)!;
      const items = ["FLAGS", "INTERNALDATE", "BODY.PEEK[]"] as const;
      const message = (await client.fetch(id, items)).get(id)!;
      assertEquals(lower(message.FLAGS), ["\\flagged", "\\seen"]);
      assertEquals(message.INTERNALDATE!.getTime(), date.getTime());
      assertEquals(text(message["BODY[]"]), typeof msg === "string" ? msg : text(msg));
    }
  }],
  ["U7 L8 multiappend", async (account, client) => {
    await fill(account, client);
    await client.multiappend(account.messages, [
      mail("one"),
      { msg: mail("two"), flags: ["\\Seen"] },
    ]);
    await client.noop();
    assertEquals((await client.search()).length, 2);
    assertEquals((await client.search("SEEN")).length, 1);
  }, "MULTIAPPEND"],
  ["U7 K1 K3 flags", async (account, client) => {
    const [one, two] = await fill(account, client, mail("one"), mail("two"));
    assertEquals(lower((await client.getFlags([one, two])).get(two)), []);
    assertEquals(lower((await client.setFlags(one, ["\\Flagged", "\\Seen"])).get(one)), [
      "\\flagged",
      "\\seen",
    ]);
    assertEquals(lower((await client.removeFlags([one], "\\Seen")).get(one)), ["\\flagged"]);
    assertEquals(await client.addFlags(one, ["\\Answered"], { silent: true }), null);
    assertEquals(lower((await client.getFlags(one)).get(one)), ["\\answered", "\\flagged"]);
    await client.deleteMessages(two, { silent: true });
    if (!account.quirks.gmail) assertEquals([...await client.search("DELETED")], [two]);
  }],
  ["U7 K4 Gmail's labels", async (account, client) => {
    const [one] = await fill(account, client, mail("labelled"));
    const added = await client.addGmailLabels(one, ["__imapclient a", "__imapclient Łabel"]);
    assert(added.get(one)!.includes("__imapclient Łabel"));
    await client.removeGmailLabels(one, ["__imapclient a", "__imapclient Łabel"]);
    assert(!(await client.getGmailLabels(one)).get(one)!.includes("__imapclient a"));
  }, "X-GM-EXT-1"],
  ["U7 H1 H2 H3 search", async (account, client) => {
    const headers = "X-Test: yes\r\n";
    const [one, two] = await fill(account, client, mail("apples", { headers }), mail("pears"));
    await client.addFlags(two, "\\Flagged", { silent: true });
    for (
      const [criteria, expected] of [
        ["ALL", [one, two]],
        [["SUBJECT", "apples"], [one]],
        [["NOT", "FLAGGED"], [one]],
        [["OR", ["SUBJECT", "apples"], ["FLAGGED"]], [one, two]],
        ['SUBJECT "pears" FLAGGED', [two]],
        [{ subject: "pears", flagged: true }, [two]],
        [["SUBJECT", "nothing like it"], []],
      ] as const
    ) assertEquals([...await client.search(criteria)], [...expected], JSON.stringify(criteria));
  }],
  ["U7 H7 H8 search for what is not ASCII", async (account, client) => {
    const subject = "=?utf-8?q?Gr=C3=BC=C3=9Fe?=";
    const [one] = await fill(account, client, mail(subject, { body: "Köln ☢" }), mail("other"));
    assertEquals([...await client.search(["SUBJECT", "Grüße"])], [one]);
    assertEquals(
      [...await client.search(["NOT", ["SUBJECT", "Grüße"]], { charset: "UTF-8" })].length,
      1,
    );
  }],
  ["U7 U9 H11 J2 mod-sequences", async (account, client) => {
    const [one, two] = await fill(account, client, mail("one"), mail("two"));
    const [first] = (await client.fetch(one, ["MODSEQ"])).values();
    await client.addFlags(two, "\\Flagged", { silent: true });
    const found = await client.search(["MODSEQ", first.MODSEQ! + 1n]);
    assert(found.includes(two) && found.modseq !== null);
    const modifiers = `CHANGEDSINCE ${found.modseq! - 1n}`;
    const changed = await client.fetch([one, two], ["FLAGS"], { modifiers });
    assert(changed.has(two));
  }, "CONDSTORE"],
  ["U7 H13 Gmail's search", async (account, client) => {
    const [one] = await fill(account, client, mail("unmistakable-apples"), mail("pears"));
    assertEquals([...await client.gmailSearch("subject:unmistakable-apples")], [one]);
    assertEquals([...await client.gmailSearch("subject:nothing-☢")], []);
  }, "X-GM-EXT-1"],
  ["U7 I1 sort", async (account, client) => {
    const [b, a, c] = await fill(
      account,
      client,
      mail("bbb"),
      mail("aaa"),
      mail("=?utf-8?q?ccc_=E2=98=A2?="),
    );
    assertEquals(await client.sort("SUBJECT"), [a, b, c]);
    assertEquals(await client.sort(["REVERSE SUBJECT"], ["SUBJECT", "b"]), [b]);
    assertEquals(await client.sort("SUBJECT", ["SUBJECT", "☢"]), [c]);
  }, "SORT"],
  ["U7 I2 thread", async (account, client) => {
    const ids = await fill(
      account,
      client,
      mail("start", { headers: "Message-ID: <1@x>\r\n" }),
      mail("Re: start", {
        headers: "Message-ID: <2@x>\r\nIn-Reply-To: <1@x>\r\nReferences: <1@x>\r\n",
      }),
      mail("else", { headers: "Message-ID: <3@x>\r\n" }),
    );
    assertEquals(await client.thread(), [[ids[0], ids[1]], [ids[2]]]);
  }, "THREAD=REFERENCES"],
  ["U7 L3 copy", async (account, client) => {
    const [one] = await fill(account, client, mail("one"), mail("two"));
    const target = await account.make(client, "target");
    await client.copy(one, target);
    assertEquals((await client.search()).length, 2);
    assertEquals((await client.folderStatus(target, "MESSAGES")).MESSAGES, 1);
  }],
  ["U7 L4 move", async (account, client) => {
    const [one] = await fill(account, client, mail("one"), mail("two"));
    const target = await account.make(client, "target");
    await client.move(one, target);
    assertEquals((await client.search()).length, 1);
    assertEquals((await client.folderStatus(target, "MESSAGES")).MESSAGES, 1);
  }, "MOVE"],
  ["U7 J1 J3 J4 fetch", async (account, client) => {
    const [one] = await fill(account, client, mail("fetched", { body: "Hello ☢" }));
    const items = ["ENVELOPE", "FLAGS", "INTERNALDATE", "RFC822.SIZE", "BODY.PEEK[TEXT]"] as const;
    const found = await client.fetch([one], items);
    assertEquals([...found.keys()], [one]);
    const message = found.get(one)!;
    // A server may send more: Cyrus sends MODSEQ, go-imap sends UID.
    const unasked = ["MODSEQ", "UID"];
    const keys = Object.keys(message).filter((key) => !unasked.includes(key)).sort();
    const wanted = ["BODY[TEXT]", "ENVELOPE", "FLAGS", "INTERNALDATE", "RFC822.SIZE", "SEQ"];
    assertEquals(keys, wanted);
    assert(message.ENVELOPE instanceof Envelope);
    assertEquals([message.SEQ, message.ENVELOPE.subject], [1, "fetched"]);
    assertEquals(`${message.ENVELOPE.from![0]}`, "Ann <ann@example.org>");
    assertEquals(message.ENVELOPE.date!.offsetMinutes, 120);
    assertEquals(text(message["BODY[TEXT]"]), "Hello ☢\r\n");
  }],
  ["U7 J5 fetch of parts", async (account, client) => {
    const [one] = await fill(account, client, mail("parts", { body: "0123456789".repeat(5) }));
    const items = ["BODY.PEEK[TEXT]<0.20>", "BODY.PEEK[TEXT]<2.25>"] as const;
    const first = (await client.fetch(one, [items[0]])).get(one)!;
    const second = (await client.fetch(one, [items[1]])).get(one)!;
    assertEquals(text(first["BODY[TEXT]<0>"]), "0123456789".repeat(2));
    assertEquals(text(second["BODY[TEXT]<2>"]), "0123456789".repeat(5).slice(2, 27));
  }],
  ["U7 O5 O6 BODY and BODYSTRUCTURE", async (account, client) => {
    const [one] = await fill(account, client, mail("structure"));
    const message = (await client.fetch(one, ["BODY", "BODYSTRUCTURE"])).get(one)!;
    for (const structure of [message.BODY, message.BODYSTRUCTURE]) {
      assert(!structure.isMultipart);
      assertEquals([structure.type, structure.subtype], ["text", "plain"]);
    }
  }],
  ["U7 L5 expunge", async (account, client) => {
    if (account.quirks.gmail) return; // it expunges on its own
    const [one] = await fill(account, client, mail("one"), mail("two"));
    await client.deleteMessages(one, { silent: true });
    const { responses } = await client.expunge();
    assert(responses.some((it) => it.type === "EXPUNGE" && it.number === 1));
    assertEquals((await client.search()).length, 1);
  }],
  ["U7 L6 L7 UID EXPUNGE", async (account, client) => {
    if (account.quirks.gmail) return "no UIDPLUS that works";
    const [one, two] = await fill(account, client, mail("one"), mail("two"));
    await client.deleteMessages([one, two], { silent: true });
    if (!client.useUid) {
      await assertRejects(() => client.uidExpunge(one), InvalidArgumentError);
      return;
    }
    await client.uidExpunge(one);
    assertEquals([...await client.search()], [two]);
  }, "UIDPLUS"],
  ["U7 N1 getacl", async (account, client) => {
    await fill(account, client);
    assert((await client.getacl(account.messages)).length > 0);
  }, "ACL"],
];
