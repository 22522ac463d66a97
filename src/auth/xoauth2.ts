import { bearer, checkAccessToken } from "./bearer.ts";
import { checkField, checkMechanismName } from "./checks.ts";
import type { SaslMechanism } from "./sasl.ts";

/** What XOAUTH2 may need in addition to the token. */
export interface Xoauth2Options {
  /** The mechanism's name, if the server calls it differently. Default `XOAUTH2`. */
  readonly mech?: string;
  /** A field that Yahoo asks for. */
  readonly vendor?: string;
}

/**
 * XOAUTH2, Google's predecessor of OAUTHBEARER, which Outlook and Yahoo support too: logs a user in
 * with an OAuth 2.0 access token. Use it for one login. If the server refuses the token, `reason`
 * says why.
 *
 * Throws `InvalidArgumentError` for an empty token, for control characters, and for text that is
 * not Unicode.
 *
 * ```ts
 * import { type ImapClient, xoauth2 } from "@imapclient/imapclient";
 *
 * async function logIn(client: ImapClient, token: string) {
 *   await client.saslLogin(xoauth2("ann@example.com", token, { vendor: "Example" }));
 * }
 * ```
 */
export function xoauth2(
  user: string,
  accessToken: string,
  { mech = "XOAUTH2", vendor = "" }: Xoauth2Options = {},
): SaslMechanism {
  checkMechanismName(mech);
  checkField(user, "the user's name");
  checkAccessToken(accessToken);
  checkField(vendor, "the vendor");
  const extra = vendor === "" ? "" : `vendor=${vendor}\x01`;
  return bearer(accessToken, {
    name: mech,
    message: `user=${user}\x01auth=Bearer ${accessToken}\x01${extra}\x01`,
    acknowledgement: "",
  });
}
