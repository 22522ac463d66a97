import { LoginError } from "../model/errors.ts";
import { encodeUtf8 } from "../util/bytes.ts";
import { lazyImport } from "../util/lazy_import.ts";
import { checkText } from "./checks.ts";
import { limitedAnswers } from "./limited_answers.ts";
import type { SaslMechanism } from "./sasl.ts";

/**
 * CRAM-MD5 (RFC 2195): the password is not sent, but whoever hears the exchange can guess it, and
 * the server proves nothing. Use SCRAM if the server offers it. Use a mechanism for one login.
 *
 * Throws `InvalidArgumentError` for a NUL and for text that is not Unicode.
 *
 * ```ts
 * import { cramMd5, type ImapClient } from "@imapclient/imapclient";
 *
 * async function logIn(client: ImapClient, password: string) {
 *   await client.saslLogin(cramMd5("ann", password));
 * }
 * ```
 */
export function cramMd5(user: string, password: string): SaslMechanism {
  checkText(user, "the user's name");
  checkText(password, "the password");
  const secret = encodeUtf8(password);
  return {
    name: "CRAM-MD5",
    respond: limitedAnswers(1, async (challenge) => {
      // Always the same answer would follow, which could be looked up in a table.
      if (challenge.length === 0) throw new LoginError("CRAM-MD5 failed: the challenge is empty");
      const { hmacMd5 } = await md5();
      return encodeUtf8(`${user} ${hex(hmacMd5(secret, challenge))}`);
    }),
    secrets: () => [password],
  };
}

/** Few need it. */
const md5 = lazyImport(() => import("./md5.ts"));

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
