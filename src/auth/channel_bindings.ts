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

/**
 * The first of these types that the connection yields and the server may accept; `null` if there is
 * none.
 */
export async function firstBinding(
  connection: SaslConnection,
  types: readonly ChannelBindingType[] = BINDING_TYPES,
): Promise<ChannelBinding | null> {
  for (const type of types) {
    const data = connection.acceptsBinding(type) ? await connection.channelBinding(type) : null;
    if (data !== null) return { type, data };
  }
  return null;
}

/** Whether the connection yields any binding, whatever the server accepts. */
export async function canBind(connection: SaslConnection): Promise<boolean> {
  return await firstBinding({ ...connection, acceptsBinding: () => true }) !== null;
}
