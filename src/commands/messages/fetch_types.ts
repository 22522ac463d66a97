/**
 * The results of FETCH, typed by the items that were asked for.
 *
 * @module
 */

import type { FETCH_ITEMS, Reads } from "../../wire/fetch_items.ts";
import type { MACROS } from "./requested_items.ts";
import type { ImapValue } from "../../model/values.ts";
import type { Annotations } from "../../model/annotations.ts";
import type { BodyStructure } from "../../model/body_structure.ts";
import type { ZonedDate } from "../../model/dates.ts";
import type { Envelope } from "../../model/envelope.ts";

/**
 * What a macro stands for (RFC 9051 section 6.4.5).
 *
 * @internal
 */
export type Macros = {
  readonly [Name in keyof typeof MACROS]: (typeof MACROS)[Name][number];
};

/**
 * The types of the values of all known items; a name that ends in `[` has those with a section.
 *
 * @internal
 */
export type Values = {
  readonly [Name in keyof typeof FETCH_ITEMS]: (typeof FETCH_ITEMS)[Name] extends Reads<infer Value>
    ? Value
    : never;
};

/** The items that a name stands for: itself, or those of a macro. */
export type Expanded<Item extends string> = Uppercase<Item> extends keyof Macros
  ? Macros[Uppercase<Item>]
  : Uppercase<Item>;

/** The length of a partial item is not part of its answer's name. */
export type Unpartial<Item extends string> = Item extends `${infer Head}<${infer Start}.${string}>`
  ? `${Head}<${Start}>`
  : Item;

/** Neither are `.PEEK` and options, as in `PREVIEW (LAZY)`. */
export type Unpeeked<Item extends string> = Item extends `${infer Kind}.PEEK[${infer Rest}`
  ? `${Kind}[${Rest}`
  : Item extends `${string}[${string}` ? Item
  : Item extends `${infer Name} (${string})` ? Name
  : Item;

/** The key of the answer to an item: `BODY[TEXT]` for `BODY.PEEK[TEXT]`. */
export type FetchKey<Item extends string> = Computed<Unpartial<Unpeeked<Expanded<Item>>>>;

/** The key of a computed section, as in `` `BODY[${part}]` ``: any section, in any case. */
export type Computed<Key extends string> = Key extends
  `${infer Name}[${infer Section}]${infer Rest}`
  ? Record<never, never> extends Record<Section, 1> ? `${Name}[${string}]${Rest}` : Key
  : Key;

/** The type of the value under a key. */
export type ValueOf<Key extends string> = Key extends keyof Values ? Values[Key]
  : Key extends `${infer Name}[${string}`
    ? `${Name}[` extends keyof Values ? Values[`${Name}[`] : FetchedValue
  : FetchedValue;

/** The value of an item that is not known at compile time. */
export type FetchedValue =
  | ImapValue
  | Annotations
  | ZonedDate
  | Envelope
  | BodyStructure
  | undefined;

/** What every fetched message has. */
export interface FetchedBase {
  /**
   * The message's sequence number at that time. After `enable("UIDONLY")` there are none (RFC
   * 9586), and messages lack it.
   */
  readonly SEQ?: number;
  /** The UID, if sequence numbers are the keys and it was asked for. */
  readonly UID?: number;
}

/**
 * A fetched message, typed by the items that were asked for. Reading an item that the server did
 * not send, or that is malformed, throws a `ProtocolError`; `fetchProblems` lists such items.
 */
export type FetchedMessage<Item extends string> = string extends Item
  ? FetchedBase & { readonly [key: string]: FetchedValue }
  :
    & FetchedBase
    & { readonly [Key in Exclude<FetchKey<Item>, "UID" | "SEQ">]: ValueOf<Key> };

/** The same with the sections as streams; see `fetchEach`. */
export type StreamedMessage<Item extends string> = {
  readonly [Key in keyof FetchedMessage<Item>]: [FetchedMessage<Item>[Key]] extends
    [Uint8Array | null] ? ReadableStream<Uint8Array>
    // An item that is not known at compile time may be a section.
    : Uint8Array extends FetchedMessage<Item>[Key]
      ? FetchedMessage<Item>[Key] | ReadableStream<Uint8Array>
    : FetchedMessage<Item>[Key];
};
