import { decodeAscii, decodeUtf8 } from "../util/bytes.ts";
import { encodeUtf7 } from "../mime/utf7.ts";

/** The selected folder, as the session knows it. */
export interface SelectedFolder {
  /** The name that it was selected by; `null` if a command of the caller's own selected it. */
  name: string | Uint8Array | null;
  /** Whether it was selected by EXAMINE. */
  readonly isExamined: boolean;
  /** Whether nothing in it can be changed. */
  readOnly: boolean;
  /** How many messages it has. */
  exists: number;
  /** Its UIDVALIDITY; `null` if the server did not say. */
  uidValidity: number | null;
  /** How many messages have gone since it was selected. Each one moves sequence numbers. */
  expunges: number;
  /** All changes up to this mod-sequence were told; `null` if the server did not say. */
  highestModseq: bigint | null;
  /** The flags that it keeps, `\*` for any keyword; `null` if the server did not say: all. */
  permanentFlags: readonly string[] | null;
  /** Whether the server said that it keeps no mod-sequences in it (NOMODSEQ). */
  noModseq: boolean;
}

/** A folder's name as it is compared with others, whether given as text or as bytes. */
export function folderKey(name: string | Uint8Array | null): string | null {
  if (name === null) return null;
  const key = typeof name === "string"
    ? encodeUtf7(name)
    : name.every((byte) => byte < 128)
    ? decodeAscii(name)
    : encodeUtf7(decodeUtf8(name));
  return /^inbox$/i.test(key) ? "INBOX" : key;
}

/** A folder as an error names it. */
export function shownFolder({ name }: SelectedFolder): string {
  if (name === null) return "another folder";
  return JSON.stringify(typeof name === "string" ? name : decodeUtf8(name));
}
