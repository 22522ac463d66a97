import { decodeHeader } from "../mime/header_text.ts";
import { decodeAscii, decodeLoosely, decodeUtf8 } from "../util/bytes.ts";
import { type Entity, fieldValue, type HeaderField } from "./mime.ts";
import { fromBinary } from "./output.ts";

/** The decoded text of a header field. */
export function headerText(field: HeaderField): string {
  const bytes = fromBinary(field.value);
  return decodeHeader(decodeLoosely(bytes, 0, bytes.length));
}

/** The decoded text in the body of a message: that of its text parts and of the messages in it. */
export function bodyText(entity: Entity): string {
  if (entity.parts.length > 0) return entity.parts.map(bodyText).join("\n");
  if (entity.message !== null) return wholeText(entity.message);
  return entity.type.toLowerCase() === "text" ? partText(entity) : "";
}

/** The decoded text of header and body. */
export function wholeText(entity: Entity): string {
  const fields = entity.fields.map((field) => `${field.name}: ${headerText(field)}`);
  return [...fields, bodyText(entity)].join("\n");
}

function partText(entity: Entity): string {
  const raw = entity.bytes.subarray(entity.bodyStart, entity.end);
  const encoding = fieldValue(entity, "CONTENT-TRANSFER-ENCODING")?.toLowerCase() ?? "";
  const bytes = encoding === "base64"
    ? fromBase64(raw)
    : encoding === "quoted-printable"
    ? fromQuotedPrintable(raw)
    : raw;
  const charset = entity.params.find(([name]) => name.toLowerCase() === "charset")?.[1];
  try {
    return new TextDecoder(charset ?? "utf-8").decode(bytes);
  } catch {
    return decodeUtf8(bytes); // an unknown charset
  }
}

function fromBase64(raw: Uint8Array): Uint8Array {
  const text = decodeAscii(raw).replace(/[^A-Za-z0-9+/]/g, "");
  try {
    return fromBinary(atob(text));
  } catch {
    return raw;
  }
}

function fromQuotedPrintable(raw: Uint8Array): Uint8Array {
  const text = decodeAscii(raw).replace(/=\r\n/g, "");
  const code = (_: string, hex: string) => String.fromCharCode(parseInt(hex, 16));
  return fromBinary(text.replace(/=([0-9A-F]{2})/gi, code));
}
