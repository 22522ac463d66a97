import { decodeLoosely, encodeUtf8 } from "../util/bytes.ts";
import { checkText } from "./checks.ts";
import { limitedAnswers } from "./limited_answers.ts";
import type { SaslMechanism } from "./sasl.ts";

/**
 * LOGIN as a SASL mechanism (`AUTH=LOGIN`, draft-murchison-sasl-login), PLAIN's obsolete
 * predecessor: the server asks for the name, then for the password, both in UTF-8. Use PLAIN if the
 * server offers it. Use a mechanism for one login.
 *
 * Servers word their questions as they like (`Username:`, `User Name` and a NUL, or nothing), so
 * only their order counts; but no question for a user is answered with the password. Throws
 * `InvalidArgumentError` for a NUL and for text that is not Unicode.
 *
 * ```ts
 * import { authLogin, type ImapClient } from "@imapclient/imapclient";
 *
 * async function logIn(client: ImapClient, password: string) {
 *   await client.saslLogin(authLogin("ann", password));
 * }
 * ```
 */
export function authLogin(user: string, password: string): SaslMechanism {
  checkText(user, "the user's name");
  checkText(password, "the password");
  let named = 0;
  return {
    name: "LOGIN",
    // The name, perhaps once more, and the password.
    respond: limitedAnswers(3, (challenge) => {
      const question = decodeLoosely(challenge, 0, challenge.length);
      const isForName = named === 0 || (named === 1 && /^\s*user/i.test(question));
      if (isForName) named++;
      return encodeUtf8(isForName ? user : password);
    }),
    secrets: () => [password],
  };
}
