import { Address } from "../model/address.ts";
import { ZonedDate } from "../model/dates.ts";
import { Envelope } from "../model/envelope.ts";
import { NumberSet } from "../model/number_set.ts";

/** Up to this many bytes, text may be shown within a line. */
const SHORT = 80;

/** A value as a few words; `null` if it has no such form. */
export function cellText(value: unknown): string | null {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return String(value);
  }
  if (value instanceof Date) return dateText(value);
  if (value instanceof Address || value instanceof NumberSet) return String(value);
  if (value instanceof Uint8Array) return value.length <= SHORT ? plainText(value) : null;
  if (Array.isArray(value)) return listText(value);
  return null;
}

/** A date in the zone that it came with, such as `2026-11-22 10:03 +0100`. */
function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) return "";
  const offset = date instanceof ZonedDate ? date.offsetMinutes ?? 0 : 0;
  const local = new Date(date.getTime() + offset * 60_000).toISOString();
  const zone = new Date(Math.abs(offset) * 60_000).toISOString().slice(11, 16).replace(":", "");
  const minutes = local.slice(0, local.lastIndexOf(":")).replace("T", " ");
  return `${minutes} ${offset < 0 ? "-" : "+"}${zone}`;
}

function listText(values: readonly unknown[]): string | null {
  const cells = values.map((value) => Array.isArray(value) ? null : cellText(value));
  if (cells.includes(null)) return null;
  // Flags have no spaces; values that may have some need clearer separators.
  const areWords = values.every((value) => typeof value === "string" && !value.includes(" "));
  return cells.join(areWords ? " " : ", ");
}

/** Bytes as text; `null` if they are not text. */
export function plainText(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return /[^\P{Cc}\t\r\n]/u.test(text) ? null : text;
  } catch {
    return null;
  }
}

/** Whether a value has named fields, which can be shown one by one. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** The fields of a record by name; of an envelope, those that people look at. */
export function fieldsOf(record: object): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [name, value] of Object.entries(record)) {
    if (!(value instanceof Envelope)) {
      fields.set(name, value);
      continue;
    }
    fields.set("date", value.date);
    fields.set("from", value.from?.map((address) => address.name || address.email));
    fields.set("subject", value.subject);
  }
  return fields;
}

/** All fields of an envelope that the message has. */
export function envelopeFields(envelope: Envelope): Map<string, unknown> {
  const { date, subject, from, sender, replyTo, to, cc, bcc, inReplyTo, messageId } = envelope;
  const fields = { date, subject, from, sender, replyTo, to, cc, bcc, inReplyTo, messageId };
  return new Map(Object.entries(fields).filter(([, value]) => value !== null));
}
