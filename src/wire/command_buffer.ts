/** A run of bytes of a command. */
export interface CommandPart {
  /** The bytes. */
  readonly bytes: Uint8Array;
  /** Whether the server must ask for more (`+`) before the next part is sent. */
  readonly waits: boolean;
  /** A literal that is sent in place of bytes. */
  readonly source?: LiteralSource;
}

/** A literal that comes from a stream and is never held as a whole. */
export interface LiteralSource {
  /** Its bytes. */
  readonly stream: ReadableStream<Uint8Array>;
  /** How many they are, neither more nor fewer. */
  readonly size: number;
}

/** Memory that commands are written into one behind the other, to be sent in one piece. */
export class CommandBuffer {
  /** The memory; what is written is never written over. */
  readonly bytes: Uint8Array;
  /** How much of it is written. */
  used = 0;

  /** Room for about so many bytes. */
  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }

  /** All that is written. */
  get written(): Uint8Array {
    return this.bytes.subarray(0, this.used);
  }
}
