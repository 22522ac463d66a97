import { Address } from "../model/address.ts";
import { Envelope } from "../model/envelope.ts";
import { RPAREN } from "./bytes.ts";
import { Recall } from "./recall.ts";
import type { Cursor } from "./cursor.ts";

/**
 * `envelope` (RFC 9051 section 7.5.2). One that is cut short passes, its last parts `null`: it
 * comes from servers that met a header they could not read.
 */
export function readEnvelope(cursor: Cursor): Envelope {
  cursor.open();
  const date = textOrNull(cursor);
  const subject = textOrNull(cursor);
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
    inReplyTo: textOrNull(cursor),
    messageId: textOrNull(cursor),
  });
  while (!atEnd(cursor)) cursor.value(); // parts that no RFC names
  cursor.expect(RPAREN).leave();
  return envelope;
}

function atEnd(cursor: Cursor): boolean {
  return cursor.next() === RPAREN;
}

/** A string or `NIL`; `null` where the list has ended too. */
function textOrNull(cursor: Cursor): string | null {
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
  // Not what was pushed to: V8 gives that room for 17.
  return addresses.length > 0 ? addresses.slice() : null;
}

const known = new Recall<Address>(RPAREN);

function readAddress(cursor: Cursor): Address {
  const recalled = known.take(cursor);
  if (recalled !== undefined) return recalled;
  const start = cursor.at;
  cursor.open();
  const address = new Address({
    name: textOrNull(cursor),
    route: textOrNull(cursor),
    mailbox: textOrNull(cursor),
    host: textOrNull(cursor),
  });
  while (!atEnd(cursor)) cursor.value();
  cursor.expect(RPAREN).leave();
  known.keep(cursor, start, address);
  return address;
}
