import { decodeLoosely } from "../util/bytes.ts";

/** Longer texts would not be read in an error message. */
const LONGEST = 500;

/** A server's text on one short line, for an error message; `null` if it is empty. */
export function readable(text: string): string | null {
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
  return line.slice(0, LONGEST).toWellFormed() || null;
}

/**
 * What an error challenge of an OAuth mechanism says (RFC 7628 section 3.2.2), such as
 * `status: invalid_token, scope: mail`. A challenge that is not a JSON object is given as it is,
 * and an empty one as `null`. If the server repeats the token, it is removed.
 */
export function oauthReason(challenge: Uint8Array, accessToken: string): string | null {
  const text = decodeLoosely(challenge, 0, challenge.length);
  return readable((fieldsOf(text) ?? text).replaceAll(accessToken, "..."));
}

function fieldsOf(text: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // not JSON, or nested too deeply
  }
  if (typeof value !== "object" || value === null) return null;
  return Object.entries(value).map(([name, it]) => `${name}: ${shown(it)}`).join(", ");
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value);
  } catch {
    return "..."; // nested too deeply
  }
}
