import { decodeWhole, transferDecoder, transferEncodingOf } from "../../mime/transfer_encoding.ts";
import { concat, encodeUtf8 } from "../../util/bytes.ts";
import { type Entity, parseEntity } from "../mime.ts";
import { bodyStructure } from "../structure.ts";
import type { Located } from "./located.ts";
import { body, header } from "./sections.ts";

/** The content of a part without its transfer encoding; `null` if that is not known. */
export function withoutEncoding(part: Entity): Uint8Array | null {
  const decoder = transferDecoder(transferEncodingOf(header(part)));
  return decoder === null ? null : decodeWhole(decoder, body(part));
}

/** What a URL gives, decoded if it is the content of a part (RFC 5524); `null` if it can't be. */
export function decodedPart({ section, entity, bytes }: Located): Uint8Array | null {
  const isPart = section.part.length > 0 && section.what === "";
  return isPart ? withoutEncoding(entity) : bytes;
}

/** The structure of the part at a URL, as the content is sent: decoded, if that is given. */
export function partStructure({ section, entity }: Located, decoded: Uint8Array | null): string {
  const isDecoded = decoded !== null && section.part.length > 0 && section.what === "";
  return bodyStructure(isDecoded ? asBinary(entity, decoded) : entity, false);
}

/** A part as it would be if its content had no transfer encoding. */
function asBinary(part: Entity, content: Uint8Array): Entity {
  const fields = part.fields.filter(({ name }) => name !== "CONTENT-TRANSFER-ENCODING");
  return parseEntity(concat([
    ...fields.map(({ start, end }) => part.bytes.subarray(start, end)),
    encodeUtf8("Content-Transfer-Encoding: binary\r\n\r\n"),
    content,
  ]));
}
