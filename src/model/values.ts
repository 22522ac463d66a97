/**
 * A value whose meaning is unknown: an atom or quoted string is a `string`, a number is a `number`
 * (a `bigint` from 2^53), `NIL` is `null`, a literal is its bytes, and a list is an array.
 */
export type ImapValue = string | number | bigint | null | Uint8Array | readonly ImapValue[];

/** Takes the bytes of one literal as they arrive, so that they need not be held. */
export interface LiteralSink {
  /** Takes the next bytes, which it may keep, since nobody else changes them. */
  write(bytes: Uint8Array): void;
  /** All announced bytes have been written. */
  end(): void;
}
