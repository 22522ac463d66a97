import type { FetchResponse } from "../model/responses.ts";
import type { LiteralSink } from "../model/values.ts";
import { Cursor } from "./cursor.ts";
import type { Decoding } from "./decoding.ts";
import type { Limits } from "./limits.ts";
import type { Frame } from "./reader.ts";
import { readResponse } from "./response.ts";

/** The beginning of a FETCH response, up to a literal that is still to come. */
export interface FetchHead {
  /** The items before the literal. */
  readonly response: FetchResponse;
  /** The item whose value the literal is. */
  readonly item: string;
}

/**
 * Reads the response that a literal is announced in; `null` if the literal is no item's value.
 */
export function readFetchHead(head: Frame, limits: Limits, decoding?: Decoding): FetchHead | null {
  const literal: LiteralSink = { write(): void {}, end(): void {} };
  const detached = [...head.detached, { offset: head.end, value: literal }];
  const response = readResponse({ ...head, detached }, limits, new Cursor(limits, decoding));
  if (response?.kind !== "untagged" || response.type !== "FETCH") return null;
  const { items } = response;
  const item = Object.keys(items).find((name) => items[name] === literal);
  if (item === undefined) return null;
  delete items[item];
  return { response, item };
}
