import { InvalidArgumentError } from "../model/errors.ts";
import { bearer, checkAccessToken } from "./bearer.ts";
import { checkField } from "./checks.ts";
import { gs2Header } from "./names.ts";
import type { SaslMechanism } from "./sasl.ts";

/** What OAUTHBEARER can tell the server in addition to the token. Few servers ask for it. */
export interface OauthbearerOptions {
  /** The host that the client connected to. */
  readonly host?: string;
  /** The port that it connected to. */
  readonly port?: number;
}

/**
 * OAUTHBEARER (RFC 7628): logs `identity` in with an OAuth 2.0 access token. If `identity` is
 * empty, the token tells who logs in. Use it for one login. If the server refuses the token,
 * `reason` says why.
 *
 * Throws `InvalidArgumentError` for an empty token, for control characters, for text that is not
 * Unicode, and for an invalid port.
 *
 * ```ts
 * import { type ImapClient, oauthbearer } from "@imapclient/imapclient";
 *
 * async function logIn(client: ImapClient, token: string) {
 *   const where = { host: "imap.example.com", port: 993 };
 *   await client.saslLogin(oauthbearer("ann@example.com", token, where));
 * }
 * ```
 */
export function oauthbearer(
  identity: string,
  accessToken: string,
  { host = "", port }: OauthbearerOptions = {},
): SaslMechanism {
  checkField(identity, "the identity");
  checkAccessToken(accessToken);
  checkField(host, "the host");
  checkPort(port);
  const where = field("host", host) + field("port", port ?? "");
  return bearer(accessToken, {
    name: "OAUTHBEARER",
    message: `${gs2Header(identity)}\x01${where}auth=Bearer ${accessToken}\x01\x01`,
    // RFC 7628 section 3.2.3.
    acknowledgement: "\x01",
  });
}

function field(key: string, value: string | number): string {
  return value === "" ? "" : `${key}=${value}\x01`;
}

function checkPort(port: number | undefined): void {
  if (port === undefined) return;
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return;
  throw new InvalidArgumentError("a port is a whole number from 1 to 65535");
}
