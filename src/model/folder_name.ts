import { decodeUtf7 } from "../wire/utf7.ts";
import { decodeUtf8 } from "../wire/bytes.ts";

/** A folder's name: text, or bytes where `folderEncode` is off. */
export type FolderName = string | Uint8Array;

/** The name that came over the wire, as text: out of modified UTF-7, or out of UTF-8. */
export function folderName(raw: Uint8Array, utf8 = false): string {
  return utf8 ? decodeUtf8(raw) : decodeUtf7(raw);
}
