import {
  ConnectionClosedError,
  ImapAbortError,
  type ImapError,
  ProtocolError,
  TlsError,
} from "../model/errors.ts";
import type { StatusResponse } from "../model/responses.ts";
import { visible } from "../model/text.ts";

/** The first byte of a TLS record that holds an alert or a handshake. No greeting begins so. */
const [TLS_ALERT, TLS_HANDSHAKE] = [0x15, 0x16];

/** Throws {@linkcode TlsError} if the first chunk of a connection is TLS. */
export function refuseTls(chunk: Uint8Array): void {
  if (chunk[0] !== TLS_ALERT && chunk[0] !== TLS_HANDSHAKE) return;
  throw new TlsError(
    "the server speaks TLS from the first byte (as on port 993): connect without 'ssl: false' and " +
      "'starttls'",
  );
}

/** What a broken stream throws, as one of this library's errors. */
export function brokenError(error: unknown): ImapError {
  if (error instanceof ImapAbortError || error instanceof ProtocolError) return error;
  const what = error instanceof Error ? error.message : String(error);
  return new ConnectionClosedError(`the connection broke: ${what}`, { cause: error });
}

/** The server said BYE; `what` says what that means. */
export function byeError(what: string, { text, code }: StatusResponse): ConnectionClosedError {
  return new ConnectionClosedError(`${what}: ${visible(text)}`, { text, responseCode: code });
}
