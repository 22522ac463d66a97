import type { SaslMechanism } from "./sasl.ts";
import { newNonce, prepareCredentials, scram } from "./scram_exchange.ts";
import { ScramPlus } from "./scram_plus.ts";

/**
 * SCRAM-SHA-1 (RFC 5802), without channel binding: the password is never sent, and the server has
 * to prove that it knows it too. `authorizationIdentity` names another user to act for. Use it for
 * one login. Prefer {@linkcode scramSha256} if the server offers it.
 *
 * If the connection yields a channel binding and the server does not offer SCRAM-SHA-1-PLUS, the
 * server is told so, and refuses the login if it does: then somebody in between has removed it.
 *
 * Throws `InvalidArgumentError` for an empty name and for characters that SASLprep (RFC 4013)
 * prohibits. The login throws `LoginError` if the server breaks the rules or can't prove that it
 * knows the password.
 *
 * ```ts
 * import { type ImapClient, scramSha1 } from "@imapclient/imapclient";
 *
 * async function logIn(client: ImapClient, password: string) {
 *   await client.saslLogin(scramSha1("ann", password));
 * }
 * ```
 */
export function scramSha1(
  user: string,
  password: string,
  authorizationIdentity = "",
): SaslMechanism {
  return scram("SHA-1", { user, password, authorizationIdentity }, newNonce());
}

/**
 * SCRAM-SHA-1-PLUS (RFC 5802): like {@linkcode scramSha1}, and the server also has to see the very
 * TLS connection that this side sees (channel binding). So the login fails if somebody sits in
 * between, even with a certificate that is trusted. Use it for one login.
 *
 * Of the bindings that the connection yields (see `Duplex.channelBinding`), the best comes first:
 * `tls-exporter` with TLS 1.3, `tls-unique` with TLS 1.2, then `tls-server-end-point`. Another one
 * is tried if the server says that it does not know the type.
 *
 * Throws `InvalidArgumentError` for an empty name and for characters that SASLprep (RFC 4013)
 * prohibits. The login throws `CapabilityError` if the server does not offer the mechanism, and
 * `LoginError` if the connection yields no binding that the server accepts, if the two ends see
 * different connections, or if the server can't prove that it knows the password.
 *
 * ```ts
 * import { type ImapClient, scramSha1Plus } from "@imapclient/imapclient";
 *
 * async function logIn(client: ImapClient, password: string) {
 *   await client.saslLogin(scramSha1Plus("ann", password));
 * }
 * ```
 */
export function scramSha1Plus(
  user: string,
  password: string,
  authorizationIdentity = "",
): SaslMechanism {
  const credentials = prepareCredentials({ user, password, authorizationIdentity });
  return new ScramPlus("SHA-1", credentials);
}

/**
 * SCRAM-SHA-256 (RFC 7677), without channel binding: the password is never sent, and the server has
 * to prove that it knows it too. `authorizationIdentity` names another user to act for. Use it for
 * one login.
 *
 * If the connection yields a channel binding and the server does not offer SCRAM-SHA-256-PLUS, the
 * server is told so, and refuses the login if it does: then somebody in between has removed it.
 *
 * Throws `InvalidArgumentError` for an empty name and for characters that SASLprep (RFC 4013)
 * prohibits. The login throws `LoginError` if the server breaks the rules or can't prove that it
 * knows the password.
 *
 * ```ts
 * import { type ImapClient, scramSha256 } from "@imapclient/imapclient";
 *
 * async function logIn(client: ImapClient, password: string) {
 *   await client.saslLogin(scramSha256("ann", password));
 * }
 * ```
 */
export function scramSha256(
  user: string,
  password: string,
  authorizationIdentity = "",
): SaslMechanism {
  return scram("SHA-256", { user, password, authorizationIdentity }, newNonce());
}

/**
 * SCRAM-SHA-256-PLUS (RFC 7677): like {@linkcode scramSha256}, and the server also has to see the
 * very TLS connection that this side sees (channel binding). So the login fails if somebody sits in
 * between, even with a certificate that is trusted. Use it for one login.
 *
 * Of the bindings that the connection yields (see `Duplex.channelBinding`), the best comes first:
 * `tls-exporter` with TLS 1.3, `tls-unique` with TLS 1.2, then `tls-server-end-point`. Another one
 * is tried if the server says that it does not know the type.
 *
 * Throws `InvalidArgumentError` for an empty name and for characters that SASLprep (RFC 4013)
 * prohibits. The login throws `CapabilityError` if the server does not offer the mechanism, and
 * `LoginError` if the connection yields no binding that the server accepts, if the two ends see
 * different connections, or if the server can't prove that it knows the password.
 *
 * ```ts
 * import { type ImapClient, scramSha256Plus } from "@imapclient/imapclient";
 *
 * async function logIn(client: ImapClient, password: string) {
 *   await client.saslLogin(scramSha256Plus("ann", password));
 * }
 * ```
 */
export function scramSha256Plus(
  user: string,
  password: string,
  authorizationIdentity = "",
): SaslMechanism {
  const credentials = prepareCredentials({ user, password, authorizationIdentity });
  return new ScramPlus("SHA-256", credentials);
}

/**
 * SCRAM-SHA-512 (draft-melnikov-scram-sha-512), without channel binding: the password is never
 * sent, and the server has to prove that it knows it too. `authorizationIdentity` names another
 * user to act for. Use it for one login.
 *
 * If the connection yields a channel binding and the server does not offer SCRAM-SHA-512-PLUS, the
 * server is told so, and refuses the login if it does: then somebody in between has removed it.
 *
 * Throws `InvalidArgumentError` for an empty name and for characters that SASLprep (RFC 4013)
 * prohibits. The login throws `LoginError` if the server breaks the rules or can't prove that it
 * knows the password.
 *
 * ```ts
 * import { type ImapClient, scramSha512 } from "@imapclient/imapclient";
 *
 * async function logIn(client: ImapClient, password: string) {
 *   await client.saslLogin(scramSha512("ann", password));
 * }
 * ```
 */
export function scramSha512(
  user: string,
  password: string,
  authorizationIdentity = "",
): SaslMechanism {
  return scram("SHA-512", { user, password, authorizationIdentity }, newNonce());
}

/**
 * SCRAM-SHA-512-PLUS (draft-melnikov-scram-sha-512): like {@linkcode scramSha512}, and the server
 * also has to see the very TLS connection that this side sees (channel binding). So the login fails
 * if somebody sits in between, even with a certificate that is trusted. Use it for one login.
 *
 * Of the bindings that the connection yields (see `Duplex.channelBinding`), the best comes first:
 * `tls-exporter` with TLS 1.3, `tls-unique` with TLS 1.2, then `tls-server-end-point`. Another one
 * is tried if the server says that it does not know the type.
 *
 * Throws `InvalidArgumentError` for an empty name and for characters that SASLprep (RFC 4013)
 * prohibits. The login throws `CapabilityError` if the server does not offer the mechanism, and
 * `LoginError` if the connection yields no binding that the server accepts, if the two ends see
 * different connections, or if the server can't prove that it knows the password.
 *
 * ```ts
 * import { type ImapClient, scramSha512Plus } from "@imapclient/imapclient";
 *
 * async function logIn(client: ImapClient, password: string) {
 *   await client.saslLogin(scramSha512Plus("ann", password));
 * }
 * ```
 */
export function scramSha512Plus(
  user: string,
  password: string,
  authorizationIdentity = "",
): SaslMechanism {
  const credentials = prepareCredentials({ user, password, authorizationIdentity });
  return new ScramPlus("SHA-512", credentials);
}
