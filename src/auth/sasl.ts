/** One run of a SASL mechanism (RFC 4422), as AUTHENTICATE drives it. */
export interface SaslMechanism {
  /** The name that the server knows it by, such as `PLAIN`. */
  readonly name: string;
  /** What a mechanism in which the client speaks first begins with. */
  initialResponse?(): Uint8Array;
  /** The answer to a challenge; a throw cancels the exchange. */
  respond(challenge: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Called at the server's OK; throws where that comes too soon. */
  finish?(): void;
  /** What neither a log nor an error may show, should the server repeat it. */
  secrets?(): readonly string[];
  /** Asked at the server's NO: what it said in a challenge is wrong; `null` if it did not. */
  reason?(): string | null;
}
