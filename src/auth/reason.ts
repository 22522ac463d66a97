import { decodeLoosely } from "../util/bytes.ts";

/** As much as is still read in an error message. */
const LONGEST = 500;

/** A server's text, fit for an error message: one line, not too long; `null` where it is empty. */
export function readable(text: string): string | null {
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
  return line.slice(0, LONGEST).toWellFormed() || null;
}

/**
 * What an error challenge of an OAuth mechanism says (RFC 7628 section 3.2.2), as
 * `status: invalid_token, scope: mail`; as it is where it is no JSON object, and `null` where it is
 * empty. The token is taken out, should the server repeat it.
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
    return null; // no JSON, or nested too deeply
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
