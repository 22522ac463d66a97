import type { Command } from "../command.ts";
import { type ImapErrorDetails, LoginError } from "../errors.ts";
import type { TaggedResponse } from "../model/responses.ts";
import { fullText } from "../wire/text.ts";
import type { CommandWriter } from "../wire/writer.ts";

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

/** What a refused login throws. */
export function loginError(
  _done: TaggedResponse,
  message: string,
  details: ImapErrorDetails,
): LoginError {
  return new LoginError(message, details);
}
