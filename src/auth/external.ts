import { encodeUtf8 } from "../util/bytes.ts";
import { checkText } from "./checks.ts";
import { limitedAnswers } from "./limited_answers.ts";
import type { SaslMechanism } from "./sasl.ts";

/**
 * EXTERNAL (RFC 4422 appendix A): the server already knows who the client is, most often from its
 * TLS certificate. `authorizationIdentity` names another user to act for. Use it for one login.
 *
 * Throws `InvalidArgumentError` for a name that holds a NUL or is not Unicode text.
 *
 * ```ts
 * import { external, type ImapClient } from "@imapclient/imapclient";
 *
 * async function logIn(client: ImapClient) {
 *   await client.saslLogin(external());
 * }
 * ```
 */
export function external(authorizationIdentity = ""): SaslMechanism {
  checkText(authorizationIdentity, "the authorization identity");
  const message = encodeUtf8(authorizationIdentity);
  return {
    name: "EXTERNAL",
    initialResponse: () => message,
    respond: limitedAnswers(1, () => message),
  };
}
