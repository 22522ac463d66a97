import { ProtocolError } from "../model/errors.ts";

/** Bytes as base64 (RFC 4648 section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The bytes of a base64 text. Throws {@linkcode ProtocolError} where it is none. */
export function decodeBase64(text: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new ProtocolError("the server sent what is not base64");
  }
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
