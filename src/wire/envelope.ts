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
  const text = () => atEnd(cursor) ? null : cursor.nstring();
  const addresses = () => atEnd(cursor) ? null : readAddresses(cursor);
  const envelope = new Envelope({
    date: text(),
    subject: text(),
    from: addresses(),
    sender: addresses(),
    replyTo: addresses(),
    to: addresses(),
    cc: addresses(),
    bcc: addresses(),
    inReplyTo: text(),
    messageId: text(),
  });
  while (!atEnd(cursor)) cursor.value(); // parts that no RFC names
  cursor.expect(RPAREN).leave();
  return envelope;
}

function atEnd(cursor: Cursor): boolean {
  return cursor.space().peek() === RPAREN;
}

/** A list of addresses, or `null` for `NIL`; a `NIL` within the list is left out. */
function readAddresses(cursor: Cursor): readonly Address[] | null {
  if (cursor.nil()) return null;
  const addresses: Address[] = [];
  cursor.list(() => {
    if (!cursor.nil()) addresses.push(readAddress(cursor));
  });
  return addresses.length > 0 ? addresses : null;
}

function readAddress(cursor: Cursor): Address {
  cursor.expect(LPAREN).enter();
  const text = () => atEnd(cursor) ? null : cursor.nstring();
  const address = new Address({ name: text(), route: text(), mailbox: text(), host: text() });
  while (!atEnd(cursor)) cursor.value();
  cursor.expect(RPAREN).leave();
  return address;
}
