import {
  ImapError,
  type ImapErrorDetails,
  LoginError,
  MessageLimitError,
  ReadOnlyError,
} from "../model/errors.ts";
import type { ResponseCode, TaggedResponse } from "../model/responses.ts";
import { visible } from "../model/text.ts";
import type { Call } from "./call.ts";

const LOGINS = ["LOGIN", "AUTHENTICATE"];

/** The error of a call that the server answered with NO or BAD. `readOnly`: so is the folder. */
export function refusedError(
  call: Call,
  done: TaggedResponse,
  readOnly: boolean,
  cause?: ImapError,
): Error {
  const { command, refusal } = call;
  // If the answer itself says nothing, what came before it may.
  const words = done.text === "" ? refusal : null;
  const text = words?.text ?? done.text;
  const responseCode = done.code ?? words?.code ?? null;
  const message = `${command.name} failed: ${visible(text || responseCode?.name || done.status)}`;
  const partial = command.partial?.() ?? null;
  const details: ImapErrorDetails = { command: call.shown, responseCode, text, partial, cause };
  if (command.modifies && readOnly) return new ReadOnlyError(message, details);
  const error: unknown = command.refused?.(done, message, details);
  return error instanceof Error ? error : new ImapError(message, details);
}

/**
 * The error of a call that the server carried out in part, although it answered OK: the result must
 * not pass for a complete one (RFC 9738 section 3.1).
 */
export function limitError(
  call: Call,
  { text }: TaggedResponse,
  code: ResponseCode,
  partial: unknown,
): MessageLimitError {
  const below = code.uid === undefined ? "some messages" : `messages below UID ${code.uid}`;
  const limit = code.number === undefined
    ? "limits the messages of one command"
    : `handles only ${code.number} messages per command`;
  const message = `${call.command.name} left out ${below}: the server ${limit}`;
  const details = { command: call.shown, responseCode: code, text, partial: partial ?? null };
  return new MessageLimitError(message, details);
}

/**
 * The error of a login that the server refused without answering the command, before the connection
 * ended with `cause`; `null` for any other call.
 */
export function refusedLogin(call: Call, cause: ImapError): LoginError | null {
  // Where the client itself closed the connection, the cause has no text.
  const isServers = cause.text !== null && LOGINS.includes(call.command.name);
  if (call.refusal === null || !isServers) return null;
  const answer = { kind: "tagged", tag: call.tag, status: "NO", code: null, text: "" } as const;
  const error = refusedError(call, answer, false, cause);
  return error instanceof LoginError ? error : null;
}
