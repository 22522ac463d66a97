/**
 * What the client needs from the outside world: a pair of byte streams.
 *
 * @module
 */

/** How a TLS connection is checked and what it presents; the same on every runtime. */
export interface TlsOptions {
  /** PEM certificates that are trusted in addition to the runtime's own roots. */
  readonly ca?: string | readonly string[];
  /** The client's own certificate chain, PEM; needs {@linkcode TlsOptions.key}. */
  readonly cert?: string;
  /** The private key of {@linkcode TlsOptions.cert}, PEM. */
  readonly key?: string;
  /**
   * The name expected in the certificate, and sent as SNI unless it is an IP address; by default
   * the host connected to. It must be one of the certificate's subjectAltNames.
   */
  readonly serverName?: string;
  /** `false` accepts a trusted certificate for another name. Default `true`. */
  readonly checkHostname?: boolean;
  /**
   * `true` accepts any certificate, so that anybody on the way can read and change everything, the
   * password included. Default `false`.
   */
  readonly dangerouslyDisableVerification?: boolean;
  /** The oldest version of the protocol that is accepted. Default `"TLSv1.2"`. */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3";
  /**
   * `true` lets the connection yield a channel binding where the runtime has a choice: in Deno, TLS
   * then goes through `node:tls`, and yields `tls-server-end-point`. Node and Bun yield all that
   * they can in any case; Workers yield none, and refuse this. Default `false`.
   */
  readonly channelBinding?: boolean;
}

/**
 * What a login can be tied to (RFC 5056): `tls-exporter` (RFC 9266) is a secret of a TLS 1.3
 * connection; `tls-unique` (RFC 5929 section 3) is the Finished message of the handshake, up to TLS
 * 1.2; `tls-server-end-point` (RFC 5929 section 4) is a hash of the server's certificate.
 */
export type ChannelBindingType = "tls-exporter" | "tls-unique" | "tls-server-end-point";

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
 * An open connection: bytes in, bytes out. A chunk that was read belongs to the reader; the duplex
 * neither reuses nor changes its memory.
 */
export interface Duplex {
  /** What the server sends. It ends when the server closes and fails when the connection breaks. */
  readonly readable: ReadableStream<Uint8Array>;
  /** What the client sends. */
  readonly writable: WritableStream<Uint8Array>;
  /** Whether the bytes travel encrypted, or never leave the machine's own processes. */
  readonly secure: boolean;
  /** Ends both directions at once. Another call has no effect. */
  close(): void | Promise<void>;
  /**
   * Reads the next chunk, or `null` at the end; rejects when the connection breaks. A duplex that
   * works without its streams has both this and {@linkcode Duplex.write}: streams cost some
   * kilobytes each, and promises for every chunk. A caller of the two must not use the streams, and
   * must not call either again before it has settled.
   *
   * `into` is memory in which the caller would like the bytes. A duplex that can do so fills it
   * from its start and returns the filled part; any other returns memory of its own.
   */
  read?(into?: Uint8Array): Promise<Uint8Array | null>;
  /** Sends bytes; resolves when their memory is no longer needed and there is room for more. */
  write?(bytes: Uint8Array): Promise<void>;
  /**
   * Starts TLS on the open connection (STARTTLS, RFC 9051 section 6.2.1) and returns the encrypted
   * pair, which replaces this one. Both streams must be unlocked, without a pending read.
   */
  startTls?(options: TlsOptions): Promise<Duplex>;
  /**
   * What ties a login to this very connection (channel binding, RFC 5056): both sides compute the
   * same bytes, unless somebody sits in between. Resolves with `null` if the connection or the
   * runtime yields none of this type; it never rejects. A duplex without the method yields none.
   */
  channelBinding?(type: ChannelBindingType): Promise<Uint8Array | null>;
}

/**
 * What compression has saved so far, in bytes: what was read and written, less what passed over the
 * wire for it. Less than zero if the compressed bytes are more.
 */
export interface Saved {
  /** Of what was received. */
  received: number;
  /** Of what was sent. */
  sent: number;
}

/** A duplex that replaces another. */
export interface OpenedStreams {
  /** The duplex. */
  readonly duplex: Duplex;
  /** What was read from it already. */
  readonly rest: Uint8Array;
}

/** A duplex that compresses what it sends, and reads what the server compressed (RFC 4978). */
export interface CompressedDuplex extends Duplex {
  /** Whether the server may end its compression with one of the next responses. */
  endSoon(isEnding: boolean): void;
  /** Ends the compression after the response that was read last. */
  end(): Promise<OpenedStreams>;
}

/** Reads and writes the bytes of a duplex. */
export interface Streams {
  /** The duplex. */
  readonly duplex: Duplex;
  /** Reads the next chunk, into the memory of `into` if the duplex can; `null` at the end. */
  read(into?: Uint8Array): Promise<Uint8Array | null>;
  /** Writes a chunk after those of earlier calls. */
  write(bytes: Uint8Array): Promise<void>;
  /** Lets go of the duplex, so that something else can use it. */
  release(): void;
  /** Closes the duplex. Never rejects: an error says nothing about why it is closed. */
  close(): Promise<void>;
}

/** Puts compression over streams; `first` is compressed and was read from them already. */
export type Compress = (streams: Streams, first: Uint8Array, saved: Saved) => CompressedDuplex;

/** Opens a connection. When the signal aborts, it gives up and leaves nothing open. */
export type Transport = (signal: AbortSignal) => Promise<Duplex>;
