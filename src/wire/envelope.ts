import { Address } from "../model/address.ts";
import { Envelope } from "../model/envelope.ts";
import { RPAREN } from "./bytes.ts";
import type { Cursor } from "./cursor.ts";

/**
 * `envelope` (RFC 9051 section 7.5.2). One that is cut short passes, its last parts `null`: it
 * comes from servers that met a header they could not read.
 */
export function readEnvelope(cursor: Cursor): Envelope {
  cursor.open();
  const date = text(cursor);
  const subject = text(cursor);
  const start = cursor.space().at;
  const from = readAddresses(cursor);
  const end = cursor.at;
  // Most messages are sent by who wrote them, and answered there.
  const sender = cursor.space().repeats(start, end) ? from : readAddresses(cursor);
  const replyTo = cursor.space().repeats(start, end) ? from : readAddresses(cursor);
  const envelope = new Envelope({
    date,
    subject,
    from,
    sender,
    replyTo,
    to: readAddresses(cursor),
    cc: readAddresses(cursor),
    bcc: readAddresses(cursor),
    inReplyTo: text(cursor),
    messageId: text(cursor),
  });
  while (!atEnd(cursor)) cursor.value(); // parts that no RFC names
  cursor.expect(RPAREN).leave();
  return envelope;
}

function atEnd(cursor: Cursor): boolean {
  return cursor.space().peek() === RPAREN;
}

/** A string or `NIL`; `null` where the list has ended too. */
function text(cursor: Cursor): string | null {
  return atEnd(cursor) ? null : cursor.nstring();
}

/** A list of addresses, or `null` for `NIL`; a `NIL` within the list is left out. */
function readAddresses(cursor: Cursor): readonly Address[] | null {
  if (atEnd(cursor) || cursor.nil()) return null;
  const addresses: Address[] = [];
  cursor.open();
  for (let count = 0; cursor.more(count); count++) {
    if (!cursor.nil()) addresses.push(readAddress(cursor));
  }
  return addresses.length > 0 ? addresses : null;
}

function readAddress(cursor: Cursor): Address {
  cursor.open();
  const address = new Address({
    name: text(cursor),
    route: text(cursor),
    mailbox: text(cursor),
    host: text(cursor),
  });
  while (!atEnd(cursor)) cursor.value();
  cursor.expect(RPAREN).leave();
  return address;
}
