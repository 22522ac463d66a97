import { InvalidArgumentError } from "../model/errors.ts";
import { encodeUtf8 } from "../util/bytes.ts";
import { checkMechanismName, checkUnicode } from "./checks.ts";
import type { SaslMechanism } from "./sasl.ts";

/**
 * A mechanism by its name (RFC 4422). `respond` gets each challenge and returns the answer: bytes
 * or text, which is sent in UTF-8. If the client has to speak first, the first challenge is empty.
 * Use it for one login.
 *
 * Throws `InvalidArgumentError` if the name is not valid (RFC 4422 section 3.1). The login throws
 * it for an answer that can't be sent. An error that `respond` throws cancels the login and is
 * thrown unchanged.
 */
export function callback(
  name: string,
  respond: (challenge: Uint8Array) => Uint8Array | string | Promise<Uint8Array | string>,
): SaslMechanism {
  checkMechanismName(name);
  if (typeof respond !== "function") {
    throw new InvalidArgumentError("a function must answer the challenges");
  }
  // As there is no initial response, the server asks for it with an empty challenge.
  return {
    name,
    async respond(challenge: Uint8Array): Promise<Uint8Array> {
      return answerBytes(await respond(challenge));
    },
  };
}

function answerBytes(answer: Uint8Array | string): Uint8Array {
  if (answer instanceof Uint8Array) return answer;
  checkUnicode(answer, "the answer to a challenge");
  return encodeUtf8(answer);
}
