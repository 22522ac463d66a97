import { InvalidArgumentError } from "../model/errors.ts";
import { encodeUtf8 } from "../util/bytes.ts";
import { checkField } from "./checks.ts";
import { limitedAnswers } from "./limited_answers.ts";
import type { SaslMechanism } from "./sasl.ts";

/** The most characters of a trace (RFC 4505 section 2). */
const LONGEST = 255;

/**
 * ANONYMOUS (RFC 4505): logs in as nobody in particular, where the server lets strangers read
 * public folders. `trace` is for its administrator: an e-mail address, or any text without `@`. Use
 * a mechanism for one login.
 *
 * Throws `InvalidArgumentError` for more than 255 characters, a control character, text that is not
 * Unicode, and an `@` that is not within an address.
 *
 * ```ts
 * import { anonymous, type ImapClient } from "@imapclient/imapclient";
 *
 * async function logIn(client: ImapClient) {
 *   await client.saslLogin(anonymous("ann@example.com"));
 * }
 * ```
 */
export function anonymous(trace = ""): SaslMechanism {
  checkField(trace, "the trace");
  if ([...trace].length > LONGEST) {
    throw new InvalidArgumentError(`the trace can't be longer than ${LONGEST} characters`);
  }
  if (trace.includes("@") && !/^[^ ]+@[^ @]+$/.test(trace)) {
    throw new InvalidArgumentError("a trace with an @ must be an e-mail address");
  }
  const message = encodeUtf8(trace);
  return {
    name: "ANONYMOUS",
    initialResponse: () => message,
    respond: limitedAnswers(1, () => message),
    // A trace is no secret.
    secrets: () => [],
  };
}
