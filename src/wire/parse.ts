/**
 * The parsers by themselves, for bytes that do not come from a connection.
 *
 * @module
 */

import type { ImapValue } from "../model/values.ts";
import { ProtocolError } from "../model/errors.ts";
import type { FetchValue } from "../model/responses.ts";
import { type SearchIds, searchIds } from "../model/search_ids.ts";
import { Cursor } from "./cursor.ts";
import { readFetch } from "./fetch_response.ts";
import { readResponse } from "./response.ts";
import { encodeUtf8 } from "../util/bytes.ts";

/**
 * The values in a response's data, such as `(FLAGS (\Seen) UID 5)`: atoms and strings as `string`,
 * numbers, `NIL` as `null`, literals as bytes, lists as arrays. Throws {@linkcode ProtocolError}.
 *
 * ```ts
 * import { parseResponse } from "@imapclient/imapclient";
 *
 * parseResponse('(FOO 45 NIL "a b")'); // [["FOO", 45, null, "a b"]]
 * ```
 */
export function parseResponse(data: Uint8Array | string): readonly ImapValue[] {
  const cursor = Cursor.over(data);
  cursor.bracketsClose = true;
  return cursor.values();
}

/** The ids of a SEARCH response, with their `modseq`. Throws {@linkcode ProtocolError}. */
export function parseMessageList(data: Uint8Array | string): SearchIds {
  const text = typeof data === "string" ? encodeUtf8(data) : data;
  const bytes = new Uint8Array([...encodeUtf8("* SEARCH "), ...text]);
  const response = readResponse({ bytes, start: 0, end: bytes.length, detached: [] });
  if (response?.kind === "untagged" && response.type === "SEARCH") {
    return searchIds(response.ids, response.modseq);
  }
  throw response?.kind === "untagged" && response.type === "UNKNOWN" && response.error ||
    new ProtocolError("not a list of message ids");
}

/**
 * The data of FETCH responses such as `2 (FLAGS (\Seen) UID 5)`, by message. With `uidIsKey` (the
 * default), the key is the message's UID if the server sent it, else its sequence number. Without,
 * it is the sequence number, and `UID` is one of the items. Throws {@linkcode ProtocolError} even
 * if only one item can't be read.
 */
export function parseFetchResponse(
  responses: Iterable<Uint8Array | string>,
  uidIsKey = true,
): Map<number, Record<string, FetchValue>> {
  const messages = new Map<number, Record<string, FetchValue>>();
  for (const data of responses) {
    const cursor = Cursor.over(data).space();
    const number = cursor.number();
    const { uid, items, bad } = readFetch(cursor, number);
    if (bad !== null) throw bad[0].error;
    const key = uidIsKey && uid !== null ? uid : number;
    if (!uidIsKey && uid !== null) items.UID = uid;
    messages.set(key, { ...messages.get(key), ...items });
  }
  return messages;
}
