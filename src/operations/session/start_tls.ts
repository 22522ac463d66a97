import { starttls } from "../../commands/session/session.ts";
import { IllegalStateError, ImapAbortError, ProtocolError } from "../../model/errors.ts";
import { checkTlsOptions, isVerifying } from "../../model/tls_options.ts";
import type { Duplex, OpenedStreams, TlsOptions } from "../../model/transport.ts";
import type { Scope } from "../scope.ts";
import { askCapabilities } from "./capabilities.ts";

/** STARTTLS, for a server of this name unless the options give another one. */
export async function startTls(
  scope: Scope,
  tls: TlsOptions,
  host: string | null,
): Promise<string> {
  checkTlsOptions(tls);
  const { connection } = scope.client;
  const { session, secure, canStartTls } = connection;
  if (secure) throw new ImapAbortError("TLS session already established");
  if (!canStartTls) throw new ImapAbortError("this transport can't start TLS");
  if (session.authenticated) throw new IllegalStateError("STARTTLS must come before the login");
  const serverName = tls.serverName ?? host ?? undefined;
  const change = async (duplex: Duplex, rest: Uint8Array): Promise<OpenedStreams> => {
    // Whatever follows the OK was not encrypted: somebody else may have put it there.
    if (rest.length > 0) {
      throw new ProtocolError("the server sent more after its OK to STARTTLS: response injection");
    }
    session.forget();
    return { duplex: await duplex.startTls!({ ...tls, serverName }), rest };
  };
  const text = await connection.upgrade(starttls(), { change }, scope);
  session.askAgain = true;
  scope.client.isVerified = isVerifying(tls);
  await askCapabilities(scope);
  return text;
}
