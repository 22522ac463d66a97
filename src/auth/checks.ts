import { InvalidArgumentError } from "../model/errors.ts";

/**
 * Throws {@linkcode InvalidArgumentError} unless `text` is Unicode text. The message names it by
 * `what` and never shows it, as it may be the password.
 */
export function checkUnicode(text: string, what: string): void {
  // Without a type checker, it may be `undefined`: a variable that is not set, say.
  if (typeof text === "string" && text.isWellFormed()) return;
  throw new InvalidArgumentError(`${what} must be Unicode text`);
}

/** The same for text that must not hold a NUL. */
export function checkText(text: string, what: string): void {
  checkUnicode(text, what);
  if (text.includes("\0")) throw new InvalidArgumentError(`${what} can't hold a NUL`);
}

/**
 * The same for a field that ends at a control character, and so can't hold one, not even a line end
 * that was read from a file with it.
 */
export function checkField(text: string, what: string): void {
  checkText(text, what);
  if (!/\p{Cc}/u.test(text)) return;
  throw new InvalidArgumentError(`${what} can't hold a control character, such as a line end`);
}

/**
 * Throws {@linkcode InvalidArgumentError} unless `name` is the name of a mechanism (RFC 4422
 * section 3.1).
 */
export function checkMechanismName(name: string): void {
  if (typeof name === "string" && /^[A-Z0-9_-]{1,20}$/.test(name)) return;
  // Not shown: if the arguments are in the wrong order, it may be the password.
  throw new InvalidArgumentError(
    "a SASL mechanism's name is 1 to 20 characters of A-Z, 0-9, - and _",
  );
}
