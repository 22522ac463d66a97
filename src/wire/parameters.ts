import { isKnownCharset } from "../mime/charsets.ts";
import { MAIL_TEXT, type MailText } from "../mime/mail_text.ts";
import { decodeHeader, inOneLine, isEncoded } from "../mime/header_text.ts";
import { concat, decodeAscii, encodeUtf8, PERCENT } from "../util/bytes.ts";

type Params = Readonly<Record<string, string>>;

/** A piece of a parameter's value, or all of it. */
interface Piece {
  /** The number of the piece; `null` for all of the value. */
  readonly index: number | null;
  readonly value: string;
  /** Whether it may encode bytes as `%` and two digits. */
  readonly isEncoded: boolean;
  /** The bytes of the value, if its charset had to be guessed. */
  readonly octets: Uint8Array | undefined;
}

/** `filename*`, `filename*0` or `filename*0*`. */
const PIECE = /^([^*]+)\*(?:(\d{1,4})(\*)?)?$/;

const NO_OCTETS: ReadonlyMap<string, Uint8Array> = new Map();

/**
 * Returns MIME parameters by their plain names, as text. Encoded words in them are decoded: much
 * mail has file names in that form, though RFC 2047 section 5 forbids it. Values that were split or
 * encoded (RFC 2231) are joined: `filename*0*` and `filename*1` give `filename`, and replace a
 * plain `filename` meant for old programs. `octets` has the bytes of values that are not UTF-8.
 * They are decoded by the charset that the parameters name, else by `charset`, that of their part.
 */
export function joinParameters(
  params: Params,
  mail: MailText = MAIL_TEXT,
  octets: ReadonlyMap<string, Uint8Array> = NO_OCTETS,
  charset = "",
): Params {
  const entries = Object.entries(params);
  const isPlain = ([name, value]: [string, string]) => !name.includes("*") && !isEncoded(value);
  if (octets.size === 0 && entries.every(isPlain)) return params;
  const near = params.charset ?? charset;
  const decoded: Record<string, string> = Object.setPrototypeOf({}, null);
  const split = new Map<string, Piece[]>();
  for (const [name, value] of entries) {
    const [, plain, index, star] = PIECE.exec(name) ?? [];
    if (plain === undefined) {
      const raw = octets.get(name);
      const text = raw === undefined ? value : mail.guess(raw, near);
      // A boundary is compared with bytes of the message, so it must stay as it is.
      decoded[name] = name === "boundary" ? text : decodeHeader(text, mail);
    } else {
      const piece = {
        index: index === undefined ? null : Number(index),
        value,
        isEncoded: index === undefined || star !== undefined,
        octets: octets.get(name),
      };
      const pieces = split.get(plain);
      if (pieces === undefined) split.set(plain, [piece]);
      else pieces.push(piece);
    }
  }
  for (const [name, pieces] of split) {
    const plain = Object.hasOwn(decoded, name) ? decoded[name] : null;
    decoded[name] = joined(pieces, plain, mail, near);
  }
  return decoded;
}

/**
 * The value of a parameter that comes in several forms, which are never mixed: one encoded piece
 * with all of it, else the numbered pieces, else the plain form (RFC 6266 section 4.3). A form with
 * a gap, or in an unknown charset, is the last resort.
 */
function joined(
  pieces: readonly Piece[],
  plain: string | null,
  mail: MailText,
  charset: string,
): string {
  const whole = pieces.filter(({ index }) => index === null);
  const numbered = inOrder(pieces);
  const hasGap = numbered.some(({ index }, place) => index !== place);
  const forms = [whole, hasGap && plain !== null ? [] : numbered].filter((it) => it.length > 0);
  for (const form of forms) {
    const text = join(form, mail, charset);
    if (text !== null) return text;
  }
  return plain ?? inOneLine(forms[0].map(({ value }) => value).join(""));
}

/** Pieces by their numbers. If two have one number, the encoded one counts. */
function inOrder(pieces: readonly Piece[]): Piece[] {
  const byNumber = new Map<number, Piece>();
  for (const piece of pieces) {
    if (piece.index === null) continue;
    const other = byNumber.get(piece.index);
    if (other === undefined || (piece.isEncoded && !other.isEncoded)) {
      byNumber.set(piece.index, piece);
    }
  }
  return [...byNumber].sort(([one], [other]) => one - other).map(([, piece]) => piece);
}

function join(pieces: readonly Piece[], mail: MailText, near: string): string | null {
  const [first] = pieces;
  // Only the first piece names the charset (and a language, which is not used).
  const head = first.isEncoded ? headOf(first.value) : null;
  const bytes = concat(pieces.map(({ value, isEncoded, octets }, place) => {
    const raw = octets ?? encodeUtf8(value);
    if (!isEncoded) return raw;
    return percentDecoded(place === 0 && head !== null ? raw.subarray(head.length) : raw);
  }));
  const charset = head === null ? "" : head.slice(0, head.indexOf("'"));
  // A value is encoded in one of the two ways, never in both.
  if (charset === "") return decodeHeader(mail.guess(bytes, near), mail);
  const text = mail.decode(charset, [bytes]);
  return text === null ? null : inOneLine(text);
}

/** The charset in `utf-8'en'`, or in `utf-8'` from careless programs; `null` if there is none. */
function headOf(value: string): string | null {
  const [head = null] = /^[^']*'[^']*'/.exec(value) ?? [];
  if (head !== null) return head;
  const quote = value.indexOf("'");
  return quote > 0 && isKnownCharset(value.slice(0, quote)) ? value.slice(0, quote + 1) : null;
}

function percentDecoded(raw: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(raw.length);
  let length = 0;
  for (let i = 0; i < raw.length; i++) {
    const hex = raw[i] === PERCENT ? decodeAscii(raw.subarray(i + 1, i + 3)) : "";
    const isByte = /^[0-9a-f]{2}$/i.test(hex);
    bytes[length++] = isByte ? parseInt(hex, 16) : raw[i];
    if (isByte) i += 2;
  }
  return bytes.subarray(0, length);
}
