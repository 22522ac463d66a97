import { describe, it } from "node:test";
import { assertEquals, assertInstanceOf } from "@std/assert";
import { Address } from "../../src/model/address.ts";
import { ZonedDate } from "../../src/model/dates.ts";
import { Envelope, type EnvelopeFields } from "../../src/model/envelope.ts";

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
  it("O4 decodes what is read", () => {
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
});
