// Writes the mailbox as Dovecot does.
import { messages } from "./mail.mjs";

const MONTHS = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** How each FETCH item is written. */
const ITEMS = {
  UID: ({ uid }) => `${uid}`,
  FLAGS: ({ flags }) => `(${flags.join(" ")})`,
  INTERNALDATE: ({ internalDate }) => `"${internalDateText(internalDate)}"`,
  "RFC822.SIZE": ({ size }) => `${size}`,
  ENVELOPE: (message) => envelopeText(message.envelope),
  BODYSTRUCTURE: ({ structure }) => structureText(structure),
};

export const MAIL = messages();

/** All messages with these items as one array of bytes, and the offset of each message in it. */
export function fetchAnswers(items) {
  const unknown = items.find((item) => !Object.hasOwn(ITEMS, item));
  if (unknown !== undefined) {
    throw new Error(`the replay server has no ${unknown}`);
  }
  const lines = MAIL.map((message) => {
    const values = items.map((item) => `${item} ${ITEMS[item](message)}`);
    return Buffer.from(`* ${message.seq} FETCH (${values.join(" ")})\r\n`);
  });
  const starts = [0];
  for (const line of lines) starts.push(starts.at(-1) + line.length);
  return { bytes: Buffer.concat(lines), starts };
}

function internalDateText({ time, offset }) {
  const local = new Date(time + offset * 60_000);
  const day = String(local.getUTCDate()).padStart(2, " ");
  const month = MONTHS[local.getUTCMonth()];
  return `${day}-${month}-${local.getUTCFullYear()} ${clock(local)} ${zone(offset)}`;
}

/** A date in the form of header fields. */
export function headerDateText({ time, offset }) {
  const local = new Date(time + offset * 60_000);
  const date = `${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]} ${local.getUTCFullYear()}`;
  return `${DAYS[local.getUTCDay()]}, ${date} ${clock(local)} ${zone(offset)}`;
}

function clock(local) {
  return local.toISOString().slice(11, 19);
}

function zone(offset) {
  const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${hours}${String(Math.abs(offset) % 60).padStart(2, "0")}`;
}

function envelopeText(envelope) {
  const subject = headerText(envelope.subject);
  const fields = [
    quoted(headerDateText(envelope.date)),
    envelope.literalSubject ? literal(subject) : quoted(subject),
    ...["from", "sender", "replyTo", "to", "cc", "bcc"].map((name) => addresses(envelope[name])),
    quoted(envelope.inReplyTo),
    quoted(envelope.messageId),
  ];
  return `(${fields.join(" ")})`;
}

function addresses(list) {
  if (list.length === 0) return "NIL";
  const one = ({ name, mailbox, host }) => {
    return `(${quoted(headerText(name))} NIL ${quoted(mailbox)} ${quoted(host)})`;
  };
  return `(${list.map(one).join("")})`;
}

/** Text in a header: if it is not ASCII, in encoded words of at most 75 characters (RFC 2047). */
export function headerText(text) {
  // deno-lint-ignore no-control-regex
  if (text === null || /^[\x00-\x7f]*$/.test(text)) return text;
  const pieces = [""];
  for (const character of text) {
    if (Buffer.byteLength(pieces.at(-1) + character) > 42) pieces.push("");
    pieces[pieces.length - 1] += character;
  }
  return pieces.map((piece) => `=?UTF-8?B?${Buffer.from(piece).toString("base64")}?=`).join(" ");
}

function quoted(text) {
  return text === null ? "NIL" : `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function literal(text) {
  return `{${Buffer.byteLength(text)}}\r\n${text}`;
}

function structureText(part) {
  if (part.type.startsWith("multipart/")) return multipartText(part);
  const [type, subtype] = part.type.split("/");
  const fields = [
    ...[quoted(type), quoted(subtype), params(part.params), quoted(part.id)],
    ...[quoted(part.description), quoted(part.encoding), part.size],
  ];
  if (part.envelope) {
    fields.push(envelopeText(part.envelope), structureText(part.children[0]));
  }
  if (part.lines !== null) fields.push(part.lines);
  fields.push("NIL", disposition(part.disposition), "NIL", "NIL");
  return `(${fields.join(" ")})`;
}

function multipartText({ type, params: values, children }) {
  const parts = children.map(structureText).join("");
  return `(${parts} ${quoted(type.slice("multipart/".length))} ${params(values)} NIL NIL NIL)`;
}

function params(values) {
  const words = Object.entries(values).flat().map(quoted);
  return words.length === 0 ? "NIL" : `(${words.join(" ")})`;
}

function disposition(value) {
  return value === null ? "NIL" : `(${quoted(value.type)} ${params(value.params)})`;
}
