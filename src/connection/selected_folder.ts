import { decodeAscii, decodeUtf8 } from "../util/bytes.ts";
import { encodeUtf7 } from "../mime/utf7.ts";

/** The selected folder, as the session knows it. */
export interface SelectedFolder {
  /** The name that it was selected by; empty where a command of the caller's own selected it. */
  name: string | Uint8Array;
  /** Whether it was opened by EXAMINE. */
  readonly isExamined: boolean;
  /** Whether nothing in it can be changed. */
  readOnly: boolean;
  /** How many messages there are. */
  exists: number;
  /** Its UIDVALIDITY; `null` where the server did not say. */
  uidValidity: number | null;
  /** How many messages have gone since it was selected: with each, sequence numbers move. */
  expunges: number;
}

/** A folder's name as it is compared with others, whether it was given as text or as bytes. */
export function folderKey(name: string | Uint8Array): string {
  const key = typeof name === "string"
    ? encodeUtf7(name)
    : name.every((byte) => byte < 128)
    ? decodeAscii(name)
    : encodeUtf7(decodeUtf8(name));
  return /^inbox$/i.test(key) ? "INBOX" : key;
}

/** The folder as an error names it. */
export function shownFolder({ name }: SelectedFolder): string {
  if (name.length === 0) return "another folder";
  return JSON.stringify(typeof name === "string" ? name : decodeUtf8(name));
}
