/**
 * A value whose meaning is not known: an atom or a quoted string is a `string`, a number a
 * `number` (a `bigint` beyond 2^53), `NIL` is `null`, a literal its bytes, a list an array.
 */
export type ImapValue = string | number | bigint | null | Uint8Array | readonly ImapValue[];

/** Takes the bytes of one literal as they arrive, in place of holding them. */
export interface LiteralSink {
  /** The next bytes; they may be kept, since nobody else writes to them. */
  write(bytes: Uint8Array): void;
  /** All announced bytes were written. */
  end(): void;
}
