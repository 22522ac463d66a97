import { InvalidArgumentError } from "../model/errors.ts";
import { encodeUtf8 } from "../util/bytes.ts";
import { checkMechanismName, checkUnicode } from "./checks.ts";
import type { SaslMechanism } from "./sasl.ts";

/**
 * Any mechanism by its name, run by a function that is given each challenge and gives the answer:
 * bytes, or text, which is sent in UTF-8. Where the client has to speak first, the first challenge
 * is empty. Used for one login (RFC 4422).
 *
 * Throws `InvalidArgumentError` for what is no name of a mechanism (RFC 4422 section 3.1); an
 * answer that can't be sent throws it too. What the function throws cancels the exchange and comes
 * through as it is.
 */
export function callback(
  name: string,
  respond: (challenge: Uint8Array) => Uint8Array | string | Promise<Uint8Array | string>,
): SaslMechanism {
  checkMechanismName(name);
  if (typeof respond !== "function") {
    throw new InvalidArgumentError("a function must answer the challenges");
  }
  // Without a first response of its own the server asks for it, with an empty challenge.
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
