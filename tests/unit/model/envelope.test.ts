import { describe, it } from "node:test";
import { inspect } from "node:util";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { MailText } from "../../../src/mime/mail_text.ts";
import { Address } from "../../../src/model/address.ts";
import { ZonedDate } from "../../../src/model/dates.ts";
import type { BodyPart } from "../../../src/model/body_structure.ts";
import { Envelope, type EnvelopeFields } from "../../../src/model/envelope.ts";
import { Cursor } from "../../../src/wire/cursor.ts";
import { Decoding } from "../../../src/wire/decoding.ts";
import { readResponse } from "../../../src/wire/response.ts";
import { bytes, fetched } from "../../support/wire.ts";

const ann = new Address({ name: "Ann", route: null, mailbox: "ann", host: "x.org" });
const FIELDS: EnvelopeFields = {
  date: "Sun, 24 Mar 2013 22:06:10 +0200",
  subject: "=?iso-8859-1?q?Caf=E9?= =?utf-8?b?4pi6?=",
  from: [ann],
  sender: null,
  replyTo: null,
  to: [ann, ann],
  cc: null,
  bcc: null,
  inReplyTo: null,
  messageId: "<1@x.org>",
};

describe("Envelope", () => {
  it("O4 decodes fields when they are read", () => {
    const envelope = new Envelope(FIELDS);
    assertInstanceOf(envelope.date, ZonedDate);
    assertEquals(envelope.date.toISOString(), "2013-03-24T20:06:10.000Z");
    assertEquals(envelope.date.offsetMinutes, 120);
    assertEquals(envelope.subject, "Café☺");
    assertEquals(envelope.to?.join(", "), "Ann <ann@x.org>, Ann <ann@x.org>");
    assertEquals([envelope.sender, envelope.messageId], [null, "<1@x.org>"]);
    assertEquals(envelope.raw, FIELDS);
  });

  it("O4 a date that can't be read is null, and the raw text is still there", () => {
    const envelope = new Envelope({ ...FIELDS, date: "soon" });
    assertEquals([envelope.date, envelope.raw.date], [null, "soon"]);
    assertEquals(new Envelope({ ...FIELDS, date: null }).date, null);
  });

  it("O4 becomes plain JSON", () => {
    const { date, subject, from } = JSON.parse(JSON.stringify(new Envelope(FIELDS)));
    assertEquals([date, subject], ["2013-03-24T20:06:10.000Z", "Café☺"]);
    assertEquals(from, [{ name: "Ann", route: null, mailbox: "ann", host: "x.org" }]);
  });

  const encoded = new Address({
    name: "=?utf-8?q?J=C3=BCrg?=",
    route: null,
    mailbox: "j",
    host: "x",
  });
  const SHOWN = {
    subject: "Café☺",
    from: [{ name: "Jürg", route: null, mailbox: "j", host: "x" }],
    sender: null,
    replyTo: null,
    to: [{ name: "Ann", route: null, mailbox: "ann", host: "x.org" }],
    cc: null,
    bcc: null,
    inReplyTo: null,
    messageId: "<1@x.org>",
  };
  const full = { ...FIELDS, from: [encoded], to: [ann] };

  /** The content of a copy: its dates as moments, its addresses as plain objects. */
  function shown(copy: object): unknown {
    const { date, from, to, ...others } = copy as Envelope;
    const plain = (list: readonly Address[] | null) => list?.map((it) => ({ ...it }));
    return { date: date?.getTime(), ...others, from: plain(from), to: plain(to) };
  }

  const time = Date.UTC(2013, 2, 24, 20, 6, 10);

  it("spread → all fields [fault C23]", () => {
    const copy = { ...new Envelope(full) };
    assertEquals(shown(copy), { date: time, ...SHOWN });
    assertInstanceOf(copy.date, ZonedDate);
  });

  it("structuredClone → all fields, the date as a Date [fault C23]", () => {
    const copy = structuredClone(new Envelope(full));
    assertEquals(shown(copy), { date: time, ...SHOWN });
    assertInstanceOf(copy.date, Date);
  });

  it("a clone of a whole structure, messages within it → all fields [fault C23]", () => {
    const within = `("message" "rfc822" NIL NIL NIL "7bit" 9 ` +
      `(NIL "=?utf-8?q?=C3=BC?=" (("Ann" NIL "a" "x")) ${"NIL ".repeat(7)}) ` +
      `("text" "plain" ("charset" "x") NIL NIL "7bit" 1 1) 1)`;
    const { BODYSTRUCTURE } = fetched(`* 1 FETCH (BODYSTRUCTURE ${within})`).items;
    const { envelope, body } = structuredClone(BODYSTRUCTURE as BodyPart);
    assertEquals([envelope?.subject, envelope?.from?.length, { ...envelope?.from?.[0] }], [
      "ü",
      1,
      { name: "Ann", route: null, mailbox: "a", host: "x" },
    ]);
    assertEquals({ ...body?.params }, { charset: "x" });
  });

  it("posted to another port → all fields [fault C23]", async () => {
    const { port1, port2 } = new MessageChannel();
    const arrived = new Promise((resolve) => port2.onmessage = ({ data }) => resolve(data));
    port1.postMessage(new Envelope(full));
    assertEquals(shown(await arrived as object), { date: time, ...SHOWN });
    port1.close();
    port2.close();
  });

  it("as JSON, and with its own keys → all fields [fault C23]", () => {
    const envelope = new Envelope(full);
    const date = "2013-03-24T20:06:10.000Z";
    assertEquals(JSON.parse(JSON.stringify(envelope)), { date, ...SHOWN });
    assertEquals(Object.keys(envelope).sort(), ["date", ...Object.keys(SHOWN)].sort());
    assertEquals(Object.keys(envelope.toJSON()), Object.keys(envelope));
  });

  it("printed → all fields [fault C23]", () => {
    const text = inspect(new Envelope(full), { depth: 5 });
    for (const part of ["2013-03-24", "Café☺", "Jürg <j@x>", "Ann <ann@x.org>", "<1@x.org>"]) {
      assert(text.includes(part), `${part} in ${text}`);
    }
  });

  it("an address, spread and cloned → all fields [fault C23]", () => {
    const [from] = SHOWN.from;
    assertEquals<unknown>([{ ...encoded }, structuredClone(encoded)], [from, from]);
    assertEquals(encoded.raw.name, "=?utf-8?q?J=C3=BCrg?=");
  });

  it("in its own zone → the same envelope, decoded and raw [fault C23]", () => {
    const mail = new MailText({ decodeCharset: () => "decoded" });
    const envelope = new Envelope({ ...full, subject: "=?ibm850?q?a?=" }, false, mail).inOwnZone();
    assertEquals(`${envelope.date}`, "2013-03-24T22:06:10+02:00");
    assertEquals([envelope.subject, envelope.raw.subject], ["decoded", "=?ibm850?q?a?="]);
  });

  const WIRE = `(NIL NIL (("=?ibm850?Q?=81?=" NIL "m" "h")) ${"NIL ".repeat(7)})`;

  function readWith(decoding?: Decoding): Envelope {
    const data = bytes(`* 1 FETCH (ENVELOPE ${WIRE})`);
    const frame = { bytes: data, start: 0, end: data.length, detached: [] };
    const response = readResponse(frame, undefined, new Cursor(undefined, decoding));
    assert(response?.kind === "untagged" && response.type === "FETCH");
    return response.items.ENVELOPE as Envelope;
  }

  it("a recurring address → can't be changed through the other [fault E4]", () => {
    const [one, other] = [readWith(), readWith()];
    const [address] = one.from as unknown as { mailbox: string }[];
    assertThrows(() => address.mailbox = "eve", TypeError);
    (one.from as unknown as unknown[]).length = 0;
    (one as { subject: string }).subject = "changed";
    assertEquals([other.from?.length, other.from?.[0].mailbox, other.subject], [1, "m", null]);
  });

  it("an address that another client decoded → decoded again [fault C5, E4]", () => {
    const decoding = new Decoding(new MailText({ decodeCharset: () => "ü" }));
    const names = [readWith(), readWith(decoding), readWith(), readWith(decoding)].map((it) =>
      it.from?.[0].name
    );
    assertEquals(names, ["=?ibm850?Q?=81?=", "ü", "=?ibm850?Q?=81?=", "ü"]);
  });
});
