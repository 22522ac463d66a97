import { InvalidArgumentError } from "../model/errors.ts";
import { checkText } from "./checks.ts";

/** Spaces that become an ASCII space (RFC 3454 table C.1.2). */
const SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g;

/** Characters that are removed (RFC 3454 table B.1). */
const NOTHING = /[\u00ad\u034f\u1806\u180b-\u180d\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]/gu;

/** Characters that RFC 4013 section 2.3 prohibits, by the tables of RFC 3454. */
const PROHIBITED = new RegExp(
  [
    // C.2.1 and C.2.2: control characters.
    String.raw`[\p{Cc}\u06dd\u070f\u180e\u200c\u200d\u2028\u2029\u2060-\u2063\u206a-\u206f`,
    String.raw`\ufeff\ufff9-\ufffc\u{1d173}-\u{1d17a}`,
    // C.3, C.4 and C.5: private use, noncharacters, and surrogates.
    String.raw`\p{Co}\p{Noncharacter_Code_Point}\p{Cs}`,
    // C.6, C.7 and C.8: unfit for plain text or canonical forms, or changing the display.
    String.raw`\ufffd\u2ff0-\u2ffb\u0340\u0341\u200e\u200f\u202a-\u202e`,
    // C.9: tags.
    String.raw`\u{e0001}\u{e0020}-\u{e007f}]`,
  ].join(""),
  "u",
);

/**
 * Prepares a name or a password by SASLprep (RFC 4013): maps it and normalizes it to NFKC. Throws
 * {@linkcode InvalidArgumentError} for a prohibited character; the message names the text by `what`
 * and never shows it.
 *
 * The order of right-to-left text is not checked, and characters newer than Unicode 3.2 are
 * allowed: a password may hold an emoji.
 */
export function saslPrep(text: string, what: string): string {
  checkText(text, what);
  if (/^[ -~]*$/.test(text)) return text;
  const prepared = text.replace(SPACES, " ").replace(NOTHING, "").normalize("NFKC");
  if (!PROHIBITED.test(prepared)) return prepared;
  throw new InvalidArgumentError(`${what} holds a character that SASLprep (RFC 4013) prohibits`);
}
