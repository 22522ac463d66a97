import { InvalidArgumentError } from "../model/errors.ts";

/**
 * Refuses what is not Unicode text. The message never shows it, as it may be the password. Throws
 * {@linkcode InvalidArgumentError}.
 */
export function checkUnicode(text: string, what: string): void {
  // A variable that is not set, say, where nobody checks types.
  if (typeof text === "string" && text.isWellFormed()) return;
  throw new InvalidArgumentError(`${what} must be Unicode text`);
}

/** The same for text in which no NUL may be. Throws {@linkcode InvalidArgumentError}. */
export function checkText(text: string, what: string): void {
  checkUnicode(text, what);
  if (text.includes("\0")) throw new InvalidArgumentError(`${what} can't hold a NUL`);
}

/**
 * The same for a field that ends at a control character: none may be in it, nor a line end that
 * came along from a file. Throws {@linkcode InvalidArgumentError}.
 */
export function checkField(text: string, what: string): void {
  checkText(text, what);
  if (!/\p{Cc}/u.test(text)) return;
  throw new InvalidArgumentError(`${what} can't hold a control character, such as a line end`);
}

/**
 * Refuses what is no name of a mechanism (RFC 4422 section 3.1). Throws
 * {@linkcode InvalidArgumentError}.
 */
export function checkMechanismName(name: string): void {
  if (typeof name === "string" && /^[A-Z0-9_-]{1,20}$/.test(name)) return;
  // It is not shown: whoever mixes up the arguments may have given the password.
  throw new InvalidArgumentError(
    "a SASL mechanism's name is 1 to 20 characters of A-Z, 0-9, - and _",
  );
}
