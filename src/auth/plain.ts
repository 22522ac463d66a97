import { InvalidArgumentError } from "../errors.ts";
import { encodeUtf8 } from "../wire/bytes.ts";
import type { SaslMechanism } from "./sasl.ts";

/** PLAIN (RFC 4616): identity and password in UTF-8; `authorizationIdentity` to act for another. */
export function plain(
  identity: string,
  password: string,
  authorizationIdentity = "",
): SaslMechanism {
  for (const part of [identity, password, authorizationIdentity]) {
    // The text itself is secret: it may be the password.
    if (part.includes("\0")) throw new InvalidArgumentError("credentials can't hold a NUL");
    if (!part.isWellFormed()) throw new InvalidArgumentError("credentials are not Unicode text");
  }
  const message = encodeUtf8(`${authorizationIdentity}\0${identity}\0${password}`);
  return {
    name: "PLAIN",
    initialResponse: () => message,
    respond: () => message,
  };
}
