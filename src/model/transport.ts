/**
 * What the client needs of the outside world: a pair of byte streams.
 *
 * @module
 */

/** How a TLS connection is checked and what it presents; the same on every runtime. */
export interface TlsOptions {
  /** PEM certificates that are trusted besides the runtime's own roots. */
  readonly ca?: string | readonly string[];
  /** The client's own certificate chain, PEM; goes with {@linkcode TlsOptions.key}. */
  readonly cert?: string;
  /** The private key of {@linkcode TlsOptions.cert}, PEM. */
  readonly key?: string;
  /**
   * The name expected in the certificate, and sent as SNI unless it is an IP address; by default
   * the host connected to. It must be one of the certificate's subjectAltNames.
   */
  readonly serverName?: string;
  /** `false` accepts a trusted certificate made out to another name. Default `true`. */
  readonly checkHostname?: boolean;
  /**
   * `true` accepts any certificate of anybody, so that whoever sits between can read and change
   * everything, the password included. Default `false`.
   */
  readonly dangerouslyDisableVerification?: boolean;
  /** The oldest version of the protocol that is accepted. Default `"TLSv1.2"`. */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3";
}

/** Where a TCP transport connects to, and whether TLS starts with the first byte. */
export interface TcpOptions {
  /** A host name, which may be Unicode, or an address; an IPv6 one with or without brackets. */
  readonly host: string;
  /** The TCP port. */
  readonly port: number;
  /** TLS from the first byte (implicit TLS, as on port 993); absent: plain text. */
  readonly tls?: TlsOptions;
}

/**
 * An open connection: bytes in, bytes out. A chunk that was read belongs to the reader: whoever
 * made the duplex neither reuses nor changes its memory.
 */
export interface Duplex {
  /** What the server sends. It ends when the server closes and fails when the connection breaks. */
  readonly readable: ReadableStream<Uint8Array>;
  /** What the client sends. */
  readonly writable: WritableStream<Uint8Array>;
  /** Whether the bytes travel encrypted, or never leave the machine's own processes. */
  readonly secure: boolean;
  /** Ends both directions at once. May be called again, with no effect. */
  close(): void | Promise<void>;
  /**
   * The next chunk, or `null` at the end; fails when the connection breaks. It is there together
   * with {@linkcode Duplex.write} where a duplex can do without its streams, whose cost is some
   * kilobytes each and promises for every chunk. Whoever calls the two leaves the streams alone,
   * and calls each again only when it has settled.
   *
   * `into` is where a caller wants the bytes, if anywhere. A duplex that can fills it from its
   * start and gives the part that it filled; any other gives memory of its own, as ever.
   */
  read?(into?: Uint8Array): Promise<Uint8Array | null>;
  /** Sends bytes; resolves when their memory is no longer needed and there is room for more. */
  write?(bytes: Uint8Array): Promise<void>;
  /**
   * Starts TLS on the open connection (STARTTLS, RFC 9051 section 6.2.1) and gives the encrypted
   * pair, which replaces this one. Both streams must be unlocked, with no read under way.
   */
  startTls?(options: TlsOptions): Promise<Duplex>;
}

/** Opens a connection; gives up, leaving nothing behind, when the signal aborts. */
export type Transport = (signal: AbortSignal) => Promise<Duplex>;
