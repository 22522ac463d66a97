import type { Command } from "../../connection/command.ts";
import type { Session } from "../../connection/session.ts";
import { ImapError, type ImapErrorDetails, LoginError } from "../../model/errors.ts";
import type { TaggedResponse } from "../../model/responses.ts";
import { fullText } from "../../model/text.ts";
import type { CommandWriter } from "../../wire/writer.ts";

/** Told that the server refuses a login, and how many challenges were answered before. */
export type NoteRefusal = (done: TaggedResponse, answered: number) => void;

/** LOGIN (RFC 9051 section 6.2.3). Its result is the server's text, with its response code. */
export function login(username: string, password: string, note?: NoteRefusal): Command<string> {
  return {
    name: "LOGIN",
    write(out: CommandWriter): void {
      out.sp().secret(() => out.string(username).sp().string(password));
    },
    secrets: () => [password],
    effect: noteLogin,
    result: fullText,
    refused(done, message, details): ImapError {
      note?.(done, 0);
      return loginError(done, message, details);
    },
  };
}

/** What the answer to LOGIN or AUTHENTICATE does to the session. */
export function noteLogin(session: Session, { status }: TaggedResponse): void {
  if (status !== "OK") return;
  session.authenticated = true;
  session.askAgain = false;
}

/**
 * Codes of failures that another password would not solve (RFC 5530, RFC 9051 section 7.1;
 * THROTTLED is Gmail's).
 */
const NOT_THE_CREDENTIALS: readonly string[] = [
  "UNAVAILABLE",
  "LIMIT",
  "INUSE",
  "SERVERBUG",
  "CLIENTBUG",
  "CONTACTADMIN",
  "CORRUPTION",
  "OVERQUOTA",
  "CANNOT",
  "PRIVACYREQUIRED",
  "THROTTLED",
];

/** The error of a refused login: a `LoginError`, unless the credentials are not at fault. */
export function loginError(
  _done: TaggedResponse,
  message: string,
  details: ImapErrorDetails,
): ImapError {
  const code = details.responseCode?.name ?? "";
  const Kind = NOT_THE_CREDENTIALS.includes(code) ? ImapError : LoginError;
  return new Kind(message, details);
}
