/** One run of a SASL mechanism (RFC 4422), which AUTHENTICATE uses for one login. */
export interface SaslMechanism {
  /** The mechanism's name, such as `PLAIN`. */
  readonly name: string;
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
}
