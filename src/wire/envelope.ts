import { Address } from "../model/address.ts";
import { Envelope } from "../model/envelope.ts";
import { LPAREN, RPAREN } from "./bytes.ts";
import type { Cursor } from "./cursor.ts";

/**
 * `envelope` (RFC 9051 section 7.5.2). One that is cut short passes, its last parts `null`: it
 * comes from servers that met a header they could not read.
 */
export function readEnvelope(cursor: Cursor): Envelope {
  cursor.expect(LPAREN).enter();
  const envelope = new Envelope({
    date: text(cursor),
    subject: text(cursor),
    from: readAddresses(cursor),
    sender: readAddresses(cursor),
    replyTo: readAddresses(cursor),
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
  cursor.list(() => {
    if (!cursor.nil()) addresses.push(readAddress(cursor));
  });
  return addresses.length > 0 ? addresses : null;
}

function readAddress(cursor: Cursor): Address {
  cursor.expect(LPAREN).enter();
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
