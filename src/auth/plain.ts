import { encodeUtf8 } from "../util/bytes.ts";
import { checkText } from "./checks.ts";
import { limitedAnswers } from "./limited_answers.ts";
import type { SaslMechanism } from "./sasl.ts";

/**
 * PLAIN (RFC 4616): identity and password in UTF-8. `authorizationIdentity` names another user to
 * act for. Use it for one login. Throws `InvalidArgumentError` for a NUL and for text that is not
 * Unicode.
 */
export function plain(
  identity: string,
  password: string,
  authorizationIdentity = "",
): SaslMechanism {
  for (const part of [identity, password, authorizationIdentity]) checkText(part, "credentials");
  const message = encodeUtf8(`${authorizationIdentity}\0${identity}\0${password}`);
  return {
    name: "PLAIN",
    initialResponse: () => message,
    respond: limitedAnswers(1, () => message),
    secrets: () => [password],
  };
}
