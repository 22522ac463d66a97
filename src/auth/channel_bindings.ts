import type { ChannelBindingType } from "../model/transport.ts";
import type { SaslConnection } from "./sasl.ts";

/** What ties a login to its connection. */
export interface ChannelBinding {
  /** Its type. */
  readonly type: ChannelBindingType;
  /** The bytes that both sides compute. */
  readonly data: Uint8Array;
}

/**
 * The types, best first: a secret of the TLS 1.3 connection (RFC 9266), that of one with TLS 1.2,
 * and the server's certificate, which is the same in each of its connections (RFC 5929).
 */
export const BINDING_TYPES: readonly ChannelBindingType[] = [
  "tls-exporter",
  "tls-unique",
  "tls-server-end-point",
];

/** The first of these types that the connection yields; `null` if it yields none. */
export async function firstBinding(
  connection: SaslConnection,
  types: readonly ChannelBindingType[] = BINDING_TYPES,
): Promise<ChannelBinding | null> {
  for (const type of types) {
    const data = await connection.channelBinding(type);
    if (data !== null) return { type, data };
  }
  return null;
}
