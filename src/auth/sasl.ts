import type { ChannelBindingType } from "../model/transport.ts";

/** The connection that a login is made on, as far as a mechanism needs to know it. */
export interface SaslConnection {
  /** Whether the server offers the mechanism of this name. */
  offers(mechanism: string): boolean;
  /** Whether the server may accept a binding of this type; `false` if it is known not to. */
  acceptsBinding(type: ChannelBindingType): boolean;
  /**
   * What ties the login to the connection (channel binding, RFC 5056); `null` if the connection
   * yields none of this type.
   */
  channelBinding(type: ChannelBindingType): Promise<Uint8Array | null>;
}

/** One run of a SASL mechanism (RFC 4422), which AUTHENTICATE uses for one login. */
export interface SaslMechanism {
  /** The mechanism's name, such as `PLAIN`. */
  readonly name: string;
  /** Called before AUTHENTICATE is sent, with the connection. If it throws, nothing is sent. */
  bind?(connection: SaslConnection): void | Promise<void>;
  /** The client's first message, if the client speaks first. */
  initialResponse?(): Uint8Array;
  /** Answers a challenge. If it throws, the login is cancelled. */
  respond(challenge: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Called after the server's OK. Throws if that came too soon. */
  finish?(): void;
  /** What neither a log nor an error may show if the server repeats it. */
  secrets?(): readonly string[];
  /** Called after the server's NO: what a challenge said was wrong; `null` if none did. */
  reason?(): string | null;
  /**
   * Called after the server's NO: whether to send AUTHENTICATE again at once, starting with `bind`,
   * since the mechanism knows another way. Without it, the login has failed.
   */
  again?(): boolean;
}
