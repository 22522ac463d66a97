import { Address } from "../model/address.ts";
import { Envelope } from "../model/envelope.ts";
import { RPAREN } from "../util/bytes.ts";
import type { Cursor } from "./cursor.ts";
import { dateSince } from "./date.ts";

/**
 * Reads `envelope` (RFC 9051 section 7.5.2). If it is cut short, its last fields are `null`:
 * servers send such envelopes for headers that they can't read.
 */
export function readEnvelope(cursor: Cursor): Envelope {
  cursor.open();
  const dateStart = cursor.space().at;
  const date = textOrNull(cursor);
  const moment = dateSince(cursor, dateStart, date);
  const subjectStart = cursor.at;
  const subject = textOrNull(cursor);
  const isPlain = cursor.isPlainSince(subjectStart);
  const start = cursor.space().at;
  const from = readAddresses(cursor);
  const end = cursor.at;
  // In most messages, Sender and Reply-To are the same as From.
  const sender = cursor.space().repeats(start, end) ? from : readAddresses(cursor);
  const replyTo = cursor.space().repeats(start, end) ? from : readAddresses(cursor);
  const to = readAddresses(cursor);
  const cc = readAddresses(cursor);
  const bcc = readAddresses(cursor);
  const idStart = cursor.at;
  const inReplyTo = textOrNull(cursor);
  const messageId = textOrNull(cursor);
  const mail = isPlain && cursor.isPlainSince(idStart) ? null : cursor.decoding.mail;
  while (!atEnd(cursor)) cursor.value(); // fields that no RFC defines
  cursor.expect(RPAREN).leave();
  const fields = { date, subject, from, sender, replyTo, to, cc, bcc, inReplyTo, messageId };
  return new Envelope(fields, false, mail, moment);
}

function atEnd(cursor: Cursor): boolean {
  return cursor.next() === RPAREN;
}

/** A string or `NIL`; `null` at the end of the list too. */
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
  // A copy: V8 reserves room for 17 items in an array that is pushed to.
  return addresses.length > 0 ? addresses.slice() : null;
}

function readAddress(cursor: Cursor): Address {
  const { addresses: known, mail } = cursor.decoding;
  const recalled = known.take(cursor);
  if (recalled !== undefined) return recalled;
  const start = cursor.at;
  cursor.open();
  const name = textOrNull(cursor);
  const route = textOrNull(cursor);
  const mailbox = textOrNull(cursor);
  const host = textOrNull(cursor);
  const decoder = cursor.isPlainSince(start) ? null : mail;
  while (!atEnd(cursor)) cursor.value();
  cursor.expect(RPAREN).leave();
  const address = new Address({ name, route, mailbox, host }, decoder);
  known.keep(cursor, start, address);
  return address;
}
