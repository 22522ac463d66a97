import { ProtocolError } from "../model/errors.ts";

/** Bytes as base64 (RFC 4648 section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The bytes that base64 text stands for. Throws {@linkcode ProtocolError} for other text. */
export function decodeBase64(text: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new ProtocolError("the server sent text that is not base64");
  }
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
