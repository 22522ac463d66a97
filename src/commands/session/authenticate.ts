import type { SaslMechanism } from "../../auth/sasl.ts";
import type { Command } from "../../connection/command.ts";
import {
  type ImapError,
  InvalidArgumentError,
  LoginError,
  ProtocolError,
} from "../../model/errors.ts";
import type { ContinuationRequest } from "../../model/responses.ts";
import { decodeBase64, encodeBase64 } from "../../wire/base64.ts";
import { decodeLoosely, encodeUtf8 } from "../../util/bytes.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { fullText } from "../../model/text.ts";
import { loginError, noteLogin, type NoteRefusal } from "./login.ts";

/** More than any mechanism needs. */
const MAX_CHALLENGES = 100;

/**
 * AUTHENTICATE (RFC 9051 section 6.2.2). The mechanism's initial response is sent with the command
 * if the server accepts that (SASL-IR, RFC 4959). `note` is told of a refusal, and how many
 * challenges the mechanism had answered.
 */
export function authenticate(
  mechanism: SaslMechanism,
  initialResponse: boolean,
  note?: NoteRefusal,
): Command<string> {
  const given = mechanism.initialResponse?.() ?? null;
  let first = given === null ? null : checkBytes(given);
  const sendFirst = initialResponse && first !== null;
  let challenges = 0;
  let answered = 0;
  const sent: string[] = [];
  return {
    name: "AUTHENTICATE",
    write(out: CommandWriter): void {
      out.sp().atom(mechanism.name);
      if (!sendFirst || first === null) return;
      // An empty response is written as `=` (RFC 4959 section 3).
      const text = first.length === 0 ? "=" : encodeBase64(first);
      sent.push(text);
      first = null;
      out.sp().secret(() => out.raw(text));
    },
    async respond(request: ContinuationRequest): Promise<Uint8Array> {
      if (++challenges > MAX_CHALLENGES) {
        throw new LoginError(`AUTHENTICATE failed: more than ${MAX_CHALLENGES} challenges`);
      }
      const response = first ?? await answer(fullText(request));
      first = null;
      const line = encodeBase64(response);
      sent.push(line);
      // The mechanism does not say which part is secret, so all of it is.
      if (mechanism.secrets === undefined) sent.push(decodeLoosely(response, 0, response.length));
      return encodeUtf8(line);
    },
    secrets: () => [...mechanism.secrets?.() ?? [], ...sent],
    effect: noteLogin,
    result(done): string {
      mechanism.finish?.();
      return fullText(done);
    },
    refused(done, message, details): ImapError {
      note?.(done, answered);
      const reason = mechanism.reason?.() ?? null;
      return loginError(done, reason === null ? message : `${message} (${reason})`, details);
    },
  };

  async function answer(text: string): Promise<Uint8Array> {
    answered++;
    return checkBytes(await mechanism.respond(challenge(text)));
  }

  function challenge(text: string): Uint8Array {
    try {
      return decodeBase64(text.trim());
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause;
      throw new LoginError(`AUTHENTICATE failed: ${cause.message}`, { cause });
    }
  }
}

/** Checks what a mechanism returns, which may be the caller's own. */
function checkBytes(message: Uint8Array): Uint8Array {
  if (message instanceof Uint8Array) return message;
  throw new InvalidArgumentError(`a mechanism must give bytes, not ${typeof message}`);
}
