import type { Command } from "../../connection/command.ts";
import { ImapError, type ImapErrorDetails, LoginError } from "../../model/errors.ts";
import type { TaggedResponse } from "../../model/responses.ts";
import { fullText } from "../../model/text.ts";
import type { CommandWriter } from "../../wire/writer.ts";

/** LOGIN (RFC 9051 section 6.2.3). Its result is the server's text, with its response code. */
export function login(username: string, password: string): Command<string> {
  return {
    name: "LOGIN",
    write(out: CommandWriter): void {
      out.sp().secret(() => out.string(username).sp().string(password));
    },
    secrets: () => [password],
    result: fullText,
    refused: loginError,
  };
}

/**
 * Codes that say why nobody can log in now, or not in this way, whatever the password (RFC 5530,
 * RFC 9051 section 7.1; THROTTLED is Gmail's): to ask for another password would be wrong.
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

/** What a refused login throws: a `LoginError`, unless it says that something else is wrong. */
export function loginError(
  _done: TaggedResponse,
  message: string,
  details: ImapErrorDetails,
): ImapError {
  const code = details.responseCode?.name ?? "";
  const Kind = NOT_THE_CREDENTIALS.includes(code) ? ImapError : LoginError;
  return new Kind(message, details);
}
